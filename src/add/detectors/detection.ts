import type { Lock } from '../../catalog/lock.ts';
import type { Evidence } from '../../evidence/gather.ts';
import type { Draft } from '../draft.ts';
import type { Package } from '../../package/package.ts';
import type { Seen } from '../start.ts';

/** A start that was watched, with all that is known beside it. */
export interface Situation {
  readonly seen: Seen;
  readonly draft: Draft;
  readonly evidence: Evidence;
  readonly own: Package;
  /** When the release was published, ISO 8601; undefined if its registry does not say. */
  readonly published?: string | undefined;
  readonly lock: Pick<Lock, 'scripts' | 'bin' | 'runtime'>;
  /** Packages whose install scripts a person has allowed to run. */
  readonly allowedScripts: readonly string[];
}

/** What a detector found in a start: a change of the entry. */
export interface Detection {
  /** The same detection is applied once. */
  readonly key: string;
  /** For people: `needs BRAVE_API_KEY`. */
  readonly what: string;
  readonly apply: (draft: Draft) => Draft;
  /** The lock or the image has to be made again before the next start. */
  readonly renews?: 'lock' | 'image';
  /** After a start that got to its tools there is nothing new to be seen with it: the proof will show it. */
  readonly quiet?: boolean;
}

/** Everything a server said, one line each. */
export function outputLines({ seen }: Pick<Situation, 'seen'>): string[] {
  const texts = [
    ...seen.nonProtocolLines,
    ...seen.stderr,
    ...(seen.failure === undefined ? [] : [seen.failure]),
  ];
  return texts.flatMap((text) => text.split('\n')).map((line) => withoutColour(line).trimEnd());
}

/** What its tools answered; JSON's escapes of line ends and quotes taken off. */
export function answers({ seen }: Pick<Situation, 'seen'>): string[] {
  return seen.uses
    .filter(({ outcome }) => outcome === 'error' || outcome === 'answered')
    .map(({ text }) => text.replaceAll('\\n', '\n').replaceAll('\\"', '"'));
}

function withoutColour(text: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what colours are made of
  return text.replaceAll(/\u001B\[[0-9;]*m/g, '');
}

/** One line of evidence, short enough to be read. */
export function quote(line: string): string {
  const plain = line.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return plain.length > 140 ? `${plain.slice(0, 139)}…` : plain;
}
