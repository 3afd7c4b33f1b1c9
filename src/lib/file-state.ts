import { statSync } from 'node:fs';
import { ownValue } from './own-value.ts';

/**
 * What tells a file's content from any other that it had or will have, without reading it; undefined where there is none.
 * Changes with every write: a file that is written has another time of change, one that is replaced another number.
 */
export function fileState(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join('-');
}

/** Two writes in one tick of the file system's clock look like one (git has the same care with its index). */
export function isRacy(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.ctimeMs < 2000;
}

/** `fileState`, empty for one that is not there; undefined where that can't be told. */
export function stateNow(file: string): string | undefined {
  try {
    return fileState(file) ?? '';
  } catch {
    return undefined;
  }
}

/** Files of which something is about to be made, each as it was before it was read. */
export class FilesSeen {
  readonly #known: Readonly<Record<string, string>>;
  readonly #states = new Map<string, string | undefined>();

  /** `known`: states of a moment ago. */
  constructor(known: Readonly<Record<string, string>> = {}) {
    this.#known = known;
  }

  /** `stateNow` of when it was first asked for: to be asked before the file is read. */
  of(file: string): string | undefined {
    if (!this.#states.has(file)) this.#states.set(file, ownValue(this.#known, file) ?? stateNow(file));
    return this.#states.get(file);
  }

  /** Undefined unless each of them is still as it was, and last changed by then (milliseconds since 1970). */
  unchangedSince(ms: number): Readonly<Record<string, string>> | undefined {
    const all: Record<string, string> = {};
    for (const [file, state] of this.#states) {
      if (state === undefined || stateNow(file) !== state || changedMs(file) > ms) return undefined;
      all[file] = state;
    }
    return all;
  }
}

function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
