import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { thisHost } from '../../src/host/this-host.ts';
import type { Assault } from './assault.ts';
import type { Attack, Column } from './columns.ts';
import { nothing, stopped, succeeded, type Verdict } from './evidence.ts';
import { Session, type Answer } from './session.ts';

/** A way out that is prepared outside: folders, images, a catalog that changes. Gives its verdict itself. */
export interface Scheme {
  readonly title: string;
  /** Why it has no meaning for a column, where it has none. */
  readonly none?: Readonly<Partial<Record<Column, string>>>;
  run(scene: Scene): Promise<Verdict>;
}

/** For what only a launcher with entries can get wrong. */
export function onlyOurs(reason: string): Readonly<Partial<Record<Column, string>>> {
  return { 'docker run': reason, 'MCP Gateway': reason, ToolHive: reason };
}

/** Not even a bug in a scheme is taken for a server that was held. */
export async function verdictOf(scheme: Scheme, scene: Scene): Promise<Verdict> {
  const reason = scheme.none?.[scene.column];
  if (reason !== undefined) return nothing(reason);
  try {
    return await scheme.run(scene);
  } catch (error) {
    scene.signal.throwIfAborted();
    return unproved(String(error));
  }
}

export const unproved = (detail: string): Verdict => ({
  outcome: 'unproved',
  detail: detail.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 300),
});

/** What one run of the hostile server came to. */
export interface Visit {
  readonly answers: readonly Answer[];
  readonly code: number | null | undefined;
  readonly stderr: string;
}

/** A folder of the scheme's own, and runs of the hostile server; gone when it is disposed. */
export class Scene implements AsyncDisposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-scheme-'));
  readonly #request: Assault;
  readonly #keep: (session: Session) => void;
  readonly #undo: (() => unknown)[] = [];

  constructor(request: Assault, keep: (session: Session) => void) {
    this.#request = request;
    this.#keep = keep;
    chmodSync(this.folder, 0o755);
  }

  get column(): Column {
    return this.#request.column;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get field(): Assault['field'] {
    return this.#request.field;
  }

  /** For the HOME of a launcher that shall know nothing yet but process 1: the engine of these tests has no bases. */
  get home(): string {
    const init = path.join(thisHost().folders(process.env).cache, 'init');
    const home = this.own('home', '.cache', 'mcpcat');
    cpSync(init, path.join(home, 'init'), { recursive: true });
    return this.own('home');
  }

  /** A folder of whom the server works as: the image's root with a peer, never root with ours. */
  own(...names: readonly string[]): string {
    const made = path.join(this.folder, ...names);
    mkdirSync(made, { recursive: true });
    const uid = this.column === 'mcpcat' ? 1000 : 0;
    for (let at = made; at !== this.folder; at = path.dirname(at)) chownSync(at, uid, uid);
    return made;
  }

  /** Called at the end, the last first. */
  afterwards(undo: () => unknown): void {
    this.#undo.unshift(undo);
  }

  /** What a build of the catalog's server would be called. */
  get builtImage(): string {
    return this.#request.arsenal.builtImage;
  }

  /** An image with lines of its own beside the hostile server's. */
  async image(tag: string, lines: readonly string[]): Promise<string> {
    const { arsenal, field } = this.#request;
    await arsenal.buildVariant(field.engine, tag, lines);
    this.afterwards(() => field.engine.removeImage(tag, { force: true }));
    return tag;
  }

  start(attack: Attack, socket = this.field.socket): Session {
    return new Session(this.field, this.#request.arsenal.command(this.column, attack, socket), this.signal);
  }

  /** The words of a run, to be started in some other way. */
  words(attack: Attack): readonly string[] {
    return this.#request.arsenal.command(this.column, attack, this.field.socket).words;
  }

  /** Runs the hostile server until it has said all, or has been refused. */
  async visit(
    attack: Attack,
    options: { readonly socket?: string; readonly meanwhile?: () => Promise<void> } = {},
  ): Promise<Visit> {
    await using session = this.start(attack, options.socket);
    await options.meanwhile?.();
    await session.answer('done', 60_000);
    await session.end();
    this.#keep(session);
    return { answers: session.answers, code: await session.code(30_000), stderr: session.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const undo of this.#undo) await undo();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The start was refused, and for this reason; a server that has said something was started. */
export function refusedStart({ answers, code, stderr }: Visit, reason: RegExp): Verdict {
  if (answers.length > 0) return succeeded('it was started');
  if (code === 0 || code === null || code === undefined || !reason.test(stderr))
    return unproved(`exit code ${String(code)}: ${stderr}`);
  return stopped(reason.exec(stderr)?.[0] ?? '');
}
