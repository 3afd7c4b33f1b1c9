/** Below 0 if `a` is the older of two Debian versions, above 0 if `b` is (deb-version(7)). */
export function compareVersions(a: string, b: string): number {
  const [mine, theirs] = [partsOf(a), partsOf(b)];
  return (
    mine.epoch - theirs.epoch ||
    comparePart(mine.upstream, theirs.upstream) ||
    comparePart(mine.revision, theirs.revision)
  );
}

function partsOf(version: string): { epoch: number; upstream: string; revision: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = rest.lastIndexOf('-');
  return dash < 0
    ? { epoch: Number(epoch), upstream: rest, revision: '' }
    : { epoch: Number(epoch), upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) };
}

/** Text and numbers by turns, each compared in its own way. */
function comparePart(a: string, b: string): number {
  for (let [mine, theirs] = [a, b]; mine !== '' || theirs !== '';) {
    const [text, otherText] = [leading(mine, /^\D*/), leading(theirs, /^\D*/)];
    const byText = compareText(text, otherText);
    if (byText !== 0) return byText;
    [mine, theirs] = [mine.slice(text.length), theirs.slice(otherText.length)];
    const [digits, otherDigits] = [leading(mine, /^\d*/), leading(theirs, /^\d*/)];
    const byNumber = compareNumbers(digits, otherDigits);
    if (byNumber !== 0) return byNumber;
    [mine, theirs] = [mine.slice(digits.length), theirs.slice(otherDigits.length)];
  }
  return 0;
}

function leading(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[0] ?? '';
}

/** Letters come before other characters, `~` before everything, also before the end. */
function compareText(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = orderOf(a[at]) - orderOf(b[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function orderOf(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

/** Of any length: they may be dates and times. */
function compareNumbers(a: string, b: string): number {
  const [mine, theirs] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (mine.length !== theirs.length) return mine.length - theirs.length;
  return mine < theirs ? -1 : mine > theirs ? 1 : 0;
}
