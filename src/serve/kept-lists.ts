import { promises, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { once } from '../host/once.ts';
import { digest } from '../lib/digest.ts';
import { keepNewest } from '../lib/keep-newest.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import { originOf } from '../surface/late-lists.ts';
import { listNames, type Lists } from '../surface/surface.ts';
import { Part } from './message.ts';
import type { Origin } from './names.ts';
import type { Policy } from './policy.ts';
import type { ShownServer } from './shown-server.ts';

/** A shown name, and whose it is. */
export type NameRow = readonly [shown: string, server: string, name: string];

/** What a view says of its servers' lists. */
export interface OfferedLists {
  readonly lists: Readonly<Record<keyof Lists, Part>>;
  readonly names: () => Readonly<Record<'tools' | 'prompts', readonly NameRow[]>>;
}

interface Options {
  readonly folder: string;
  /** Of what makes lists of surfaces: another one makes others. */
  readonly version: string;
  /** A file of another user is not believed. */
  readonly owns: (facts: { readonly uid: number }) => boolean;
}

/** The last ones that were used: sets of servers, profiles, and kinds of clients that are shown other tools. */
const maxFiles = 12;
/** Of one that was used since, nothing has to be written. */
const usedEveryMs = 3_600_000;
const maxBytes = 16 << 20;

/**
 * The lists that clients were shown, as text for the next process: they are the same as long as servers, surfaces and
 * rules are. A megabyte of JSON is neither parsed nor written anew. What can't be kept is made again.
 */
export class KeptLists {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Undefined where they were never made of the very same. */
  find(servers: readonly ShownServer[], policy: Pick<Policy, 'rules'>): OfferedLists | undefined {
    const key = this.#key(servers, policy);
    if (key === undefined) return undefined;
    try {
      const file = this.#file(key);
      const facts = statSync(file);
      if (!this.#options.owns(facts)) return undefined;
      // Written by us, by rename; whether it is whole, its end says: after a loss of power it may be cut.
      const [found, names, ...lists] = linesOf(readFileSync(file));
      if (found?.toString('utf8') !== key || names === undefined) return undefined;
      if (facts.mtimeMs < Date.now() - usedEveryMs) useLater(file);
      return offered(names, lists);
    } catch {
      return undefined;
    }
  }

  /** Soon: the client that has asked for them is answered first. */
  keep(servers: readonly ShownServer[], policy: Pick<Policy, 'rules'>, made: OfferedLists): void {
    const key = this.#key(servers, policy);
    if (key !== undefined) setImmediate(() => this.#write(this.#file(key), { key, made }));
  }

  #write(file: string, { key, made }: { readonly key: string; readonly made: OfferedLists }): void {
    try {
      const lists = listNames.map((name) => made.lists[name].bytes.toString('utf8'));
      const text = [key, JSON.stringify(made.names()), ...lists, ''].join('\n');
      if (text.length > maxBytes) return;
      writeOwnNow(file, text);
      keepNewest(this.#options.folder, listFiles, maxFiles);
    } catch {
      // They are made again.
    }
  }

  /** One for each key: two profiles, or two clients, that are shown the same servers otherwise do not take turns. */
  #file(key: string): string {
    return path.join(this.#options.folder, `${digest(key)}.lists`);
  }

  /** On one line. Undefined where something that the lists depend on can't be told. */
  #key(servers: readonly ShownServer[], { rules }: Pick<Policy, 'rules'>): string | undefined {
    const origins = servers.map(({ server, surface }) => [server, originOf(surface)]);
    if (rules === undefined || origins.some(([, origin]) => origin === undefined)) return undefined;
    return JSON.stringify([this.#options.version, rules, origins]);
  }
}

const listFiles = /\.lists$/;

/** The client is answered first. */
function useLater(file: string): void {
  setImmediate(() => {
    const now = new Date();
    void promises.utimes(file, now, now).catch(() => undefined);
  });
}

function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...lines, bytes.subarray(from)];
}

function offered(names: Buffer, lists: readonly Buffer[]): OfferedLists | undefined {
  if (lists.length !== listNames.length + 1 || lists.at(-1)?.length !== 0) return undefined;
  const [tools, prompts, resources, resourceTemplates] = lists.map((bytes) => Part.ofBytes(bytes));
  if (!tools || !prompts || !resources || !resourceTemplates) return undefined;
  return {
    lists: { tools, prompts, resources, resourceTemplates },
    // By its writer it is nothing else.
    names: once(() => JSON.parse(names.toString('utf8')) as ReturnType<OfferedLists['names']>),
  };
}

/** The way back from what clients are shown. */
export function originsOf(rows: readonly NameRow[]): (shown: string) => Origin | undefined {
  const origins = new Map(rows.map(([shown, server, name]) => [shown, { server, name }]));
  return (shown) => origins.get(shown);
}
