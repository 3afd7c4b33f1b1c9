/** A line that is there before (`-`), after (`+`) or both (a blank). */
export type DifferenceLine = `${'-' | '+' | ' '}${string}`;

const context = 3;

/**
 * What a change does to a text, line by line, as diff(1) shows it in its unified form. A change of ours is in one
 * place, so what is equal at both ends is all that is left out.
 */
export function difference(before: string, after: string): readonly DifferenceLine[] {
  const [old, now] = [lines(before), lines(after)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail += 1;
  if (head === old.length && head === now.length) return [];
  return [
    ...old.slice(Math.max(0, head - context), head).map((line): DifferenceLine => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line): DifferenceLine => `-${line}`),
    ...now.slice(head, now.length - tail).map((line): DifferenceLine => `+${line}`),
    ...now.slice(now.length - tail, now.length - tail + context).map((line): DifferenceLine => ` ${line}`),
  ];
}

function lines(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}
