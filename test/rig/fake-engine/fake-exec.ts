import type { ExecSession } from '../../../src/engine/engine.ts';
import { Pipes } from './pipes.ts';

/** A further process in a container. */
export class FakeExec extends Pipes {
  readonly command: readonly string[];
  readonly user: string | undefined;
  #exitCode: number | undefined;

  constructor(command: readonly string[], user: string | undefined) {
    super();
    this.command = command;
    this.user = user;
  }

  /** Undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  exit(code: number): void {
    this.#exitCode ??= code;
    this.endPipes();
  }

  session(): ExecSession {
    return { ...this.attach(), exitCode: () => Promise.resolve(this.#exitCode) };
  }
}

/** A program that does nothing until its stdin ends, as `mcpcat-init lease` does. */
export function untilInputEnds(exec: FakeExec): void {
  exec.stdin.resume();
  exec.stdin.once('end', () => exec.exit(0));
}
