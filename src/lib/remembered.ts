import { readFileSync, statSync } from 'node:fs';
import { isRacy, stateNow, type FilesSeen } from './file-state.ts';
import { ownValue } from './own-value.ts';
import { keepNow } from './write-now.ts';

interface Options {
  /** Where they are kept: one file for all. */
  readonly file: string;
  /** Of the values; another one whenever the same files give others. */
  readonly version: string;
  /** A file of another user is not believed. */
  readonly owns: (facts: { readonly uid: number }) => boolean;
  /** Where the files of each value that is asked for are looked at. */
  readonly seen?: Pick<FilesSeen, 'of'> | undefined;
}

interface Value<T> {
  /** Of the files that it was made of. */
  readonly state: string;
  readonly value: T;
}

type Values<T> = Readonly<Record<string, Value<T>>>;

/** One value as it stands with its files. */
export interface Memory<T> {
  /** Undefined if nothing is known of the files as they are now. */
  readonly known: T | undefined;
  /** Keeps what was made of them since. */
  readonly keep: (value: T) => void;
}

/** Of all that were ever asked for, the last ones. */
const maxValues = 64;

/**
 * What was made of files, kept as JSON for the next process: each value holds for as long as its files are in the very
 * state that they had before it was made. Nothing of it throws; what can't be kept is made again.
 */
export class Remembered<T> {
  readonly #options: Options;
  readonly #asked = new Map<string, Value<T>>();
  #before: Values<T> | undefined;
  #isToBeWritten = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What is known of these files, by a name that tells them apart from others. To be asked before they are read. */
  of(name: string, files: readonly string[]): Memory<T> {
    const state = stateOf(files, this.#options.seen);
    if (state === undefined) return { known: undefined, keep: () => undefined };
    this.#before ??= read<T>(this.#options);
    const found = ownValue(this.#before, name);
    const isSame = found?.state === state;
    if (isSame) this.#asked.set(name, found);
    return {
      known: isSame ? found.value : undefined,
      keep: (value) => {
        // A folder that was swapped by a link meanwhile has other files, each of them old.
        if (isSettled(files) && stateOf(files) === state) this.#keep(name, { state, value });
      },
    };
  }

  #keep(name: string, value: Value<T>): void {
    this.#asked.set(name, value);
    if (!this.#isToBeWritten) setImmediate(() => this.#write());
    this.#isToBeWritten = true;
  }

  #write(): void {
    this.#isToBeWritten = false;
    const { file, version } = this.#options;
    const values = Object.entries({ ...Object.fromEntries(this.#asked), ...this.#others() });
    keepNow(file, { version, values: Object.fromEntries(values.slice(0, maxValues)) });
  }

  #others(): Values<T> {
    const others = Object.entries(this.#before ?? {}).filter(([name]) => !this.#asked.has(name));
    return Object.fromEntries(others);
  }
}

/** Undefined where one of them can't be asked for. */
function stateOf(
  files: readonly string[],
  seen: Pick<FilesSeen, 'of'> = { of: stateNow },
): string | undefined {
  const states = files.map((file) => seen.of(file));
  return states.includes(undefined) ? undefined : states.join(' ');
}

function isSettled(files: readonly string[]): boolean {
  try {
    return !files.some(isRacy);
  } catch {
    return false;
  }
}

function read<T>({ file, version, owns }: Options): Values<T> {
  try {
    if (!owns(statSync(file))) return {};
    // Written by us, by rename: whole. Should it be of another form all the same, serve starts.
    const found = JSON.parse(readFileSync(file, 'utf8')) as { version: string; values?: Values<T> | null };
    const { values } = found;
    return found.version === version && typeof values === 'object' && values !== null ? values : {};
  } catch {
    return {};
  }
}
