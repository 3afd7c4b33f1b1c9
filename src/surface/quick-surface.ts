import { isJsonObject, parseJson, type JsonValue } from '../lib/json-value.ts';
import { once } from '../host/once.ts';
import { noLists, withLateLists } from './late-lists.ts';
import { isSurface } from './surface-faults.ts';
import type { Surface } from './surface.ts';

/** As `surfaceText` indents them; JSON has no line end within a text, so they can stand nowhere else. */
const beforeLists = ',\n      "tools": [';
const afterRevision = '\n    }';

/**
 * All of a surface but its lists, which are a megabyte of twenty servers: for whoever waits for a first answer. Only of
 * UTF-8 whose hash says that it is one of ours; undefined where it has not the form that we write.
 */
export function surfaceHead(bytes: Buffer): Surface | undefined {
  try {
    const value = withoutLists(parseJson(headText(bytes)));
    return isSurface(value, []) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Late {
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly whole: () => Surface;
  readonly onFault: (error: unknown) => void;
}

/** With the lists of `whole`, which is asked for them once, when the first is wanted; it has none where it throws. */
export function lateSurface(head: Surface, late: Late): Surface {
  const { sha256 } = late;
  let isSound = true;
  // Given up with the first call: what is parsed lives as long as the process, and its text need not.
  let waiting: Late | undefined = late;
  const found = once(() => {
    try {
      return waiting?.whole();
    } catch (error) {
      isSound = false;
      waiting?.onFault(error);
      return undefined;
    } finally {
      waiting = undefined;
    }
  });
  const revisions = head.revisions.map((revision, index) => {
    const origin = (): string | undefined => (isSound ? `${sha256} ${String(index)}` : undefined);
    return withLateLists(revision, () => found()?.revisions[index] ?? noLists, origin);
  });
  return { ...head, revisions };
}

function headText(bytes: Buffer): string {
  let head = '';
  let from = 0;
  for (let at = bytes.indexOf(beforeLists); at !== -1; at = bytes.indexOf(beforeLists, from)) {
    head += bytes.toString('utf8', from, at);
    from = bytes.indexOf(afterRevision, at);
    if (from === -1) return '';
  }
  return head + bytes.toString('utf8', from);
}

function withoutLists(value: JsonValue): JsonValue {
  if (!isJsonObject(value) || !Array.isArray(value['revisions'])) return value;
  const revisions: readonly JsonValue[] = value['revisions'];
  return {
    ...value,
    revisions: revisions.map((one) => (isJsonObject(one) ? { ...one, ...noLists } : one)),
  };
}
