import type { Evidence } from '../evidence/gather.ts';
import { because, changed, withHost, withMount, type Draft } from './draft.ts';
import { exampleValue, isPathText, isPlaceholder, shapeOf } from '../evidence/example-value.ts';
import { folderFor } from './settings.ts';

/** Arguments as a document has them, sorted by who has to give them. */
interface Sorted {
  readonly args: string[];
  /** Placeholders for what only the user knows: used by the smoke test, given after `--` by the user. */
  readonly smoke: string[];
  readonly paths: { readonly text: string; readonly option: string | undefined }[];
}

/** What tells two starts apart: the same arguments written in two ways are one. */
export function startKey({ args, smoke }: { args: readonly string[]; smoke: readonly string[] }): string {
  return `args ${args.join(' ')} / ${smoke.join(' ')}`;
}

export function startKeyOf(args: readonly string[], evidence: Evidence): string {
  return startKey(sort(args, evidence));
}

/** Puts a start's arguments into the draft: paths become folders, what is the user's alone becomes an example. */
export function withArguments(
  draft: Draft,
  args: readonly string[],
  { why, evidence }: { why: string; evidence: Evidence },
): Draft {
  const sorted = sort(args, evidence);
  const line = args.join(' ');
  const bare = { ...draft.entry, args: sorted.args, smoke: { ...draft.entry.smoke, args: sorted.smoke } };
  let next = changed(
    draft,
    bare,
    line === '' ? undefined : { field: 'args', value: sorted.args.join(' ') || '(none)', why },
  );
  if (sorted.smoke.length > 0)
    next = because(next, {
      field: 'smoke.args',
      value: sorted.smoke.join(' '),
      why: `a user gives their own after "--": ${why}`,
    });
  for (const { text, option } of sorted.paths) {
    const { mount } = folderFor(text, { hint: option ?? text, description: 'The folder it works in' });
    next = withMount(next, mount, `an argument is a path of the user's: ${text}`);
  }
  for (const word of sorted.smoke.filter((one) => /^\w+:\/\//.test(one))) next = withUserHost(next, word);
  return next;
}

/** A host that only the user's own arguments name can't be declared by name. */
export function withUserHost(draft: Draft, word: string): Draft {
  const port = /:(\d+)(\/|$)/.exec(word)?.[1] ?? '';
  return withHost(
    draft,
    port === '' ? '*' : `*:${port}`,
    `an argument of the user's names the host: CHECK THIS, it is any host`,
  );
}

function sort(words: readonly string[], evidence: Evidence): Sorted {
  const sorted: Sorted = { args: [], smoke: [], paths: [] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1];
    const [, option, inline] = /^(--?[A-Za-z][\w-]*)=(.*)$/s.exec(word) ?? [];
    if (option !== undefined && inline !== undefined) {
      take(sorted, { option, value: inline, evidence, joined: true });
    } else if (/^--?[A-Za-z]/.test(word) && next !== undefined && !next.startsWith('-') && isUsers(next)) {
      take(sorted, { option: word, value: next, evidence, joined: false });
      at++;
    } else take(sorted, { option: undefined, value: word, evidence, joined: false });
  }
  return sorted;
}

function isUsers(text: string): boolean {
  return isPathText(text) || isPlaceholder(text) || /^\w+:\/\//.test(text);
}

const programOption =
  /^--?(python|node|uv|npx)([-_]?(path|bin|exe\w*))?$|[-_](executable|binary|exe|bin)([-_]path)?$/i;

interface Item {
  readonly option: string | undefined;
  readonly value: string;
  readonly evidence: Evidence;
  /** Written `--name=value`. */
  readonly joined: boolean;
}

function take(sorted: Sorted, { option, value, evidence, joined }: Item): void {
  const put = (list: string[], text: string): void => {
    if (option === undefined) list.push(text);
    else list.push(...(joined ? [`${option}=${text}`] : [option, text]));
  };
  // Where programs are is the image's affair.
  if (option !== undefined && programOption.test(option) && isUsers(value)) return;
  if (isPathText(value)) {
    const { path } = folderFor(value, { hint: option ?? value, description: '' });
    // A second folder of the same kind would be the same one.
    if (
      option === undefined &&
      sorted.paths.some(({ text }) => folderFor(text, { hint: text, description: '' }).path === path)
    )
      return;
    sorted.paths.push({ text: value, option });
    put(sorted.args, path);
    return;
  }
  if (option === undefined && value.startsWith('-')) {
    if (!/^--?(debug|verbose|inspect|v)$/.test(value)) sorted.args.push(value);
    return;
  }
  if (!isUsers(value)) return put(sorted.args, value);
  // The same as a setting: that is the better way to hand it over, above all a secret.
  if (option !== undefined && settingLike(option, evidence) !== undefined) return;
  const name = (option ?? 'value').replace(/^-+/, '').replaceAll('-', '_');
  put(sorted.smoke, exampleValue(name, { shape: shapeOf(name, value), placeholder: value }));
}

/** `--api-key` ~ `BRAVE_API_KEY`. */
export function settingLike(option: string, { settings }: Pick<Evidence, 'settings'>): string | undefined {
  const plain = option.replace(/^-+/, '').replaceAll(/[-_.]/g, '').toLowerCase();
  if (plain.length < 3) return undefined;
  const names = [...settings.keys()];
  const flat = (name: string): string => name.replaceAll('_', '').toLowerCase();
  return names.find((name) => flat(name) === plain) ?? names.find((name) => flat(name).endsWith(plain));
}
