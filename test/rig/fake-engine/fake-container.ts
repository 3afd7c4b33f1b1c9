import type { ContainerEnd, ContainerFacts, ContainerSettings } from '../../../src/engine/engine.ts';
import type { RecordedSettings } from '../../../src/engine/restrictions.ts';
import type { FakeImage } from './fake-images.ts';
import { recordedOf } from './recorded.ts';
import type { FakeExec } from './fake-exec.ts';
import { Pipes } from './pipes.ts';

/** What runs in a container: called at its start, with its streams, its signals and its way to end. */
export type Program = (container: FakeContainer) => void;

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** A container of the fake engine. The test may play its process: read `stdin`, write `stdout`, `exit`. */
export class FakeContainer extends Pipes {
  readonly id: string;
  readonly settings: ContainerSettings;
  /** What the engine says it has made of them; a test may say something else. */
  recorded: RecordedSettings;
  readonly execs: FakeExec[] = [];
  /** Tars by path, for `copyIn` and `copyOut`. */
  readonly files = new Map<string, Buffer>();
  /** Signals that came, in order. */
  readonly signals: string[] = [];
  /** What the engine says of it; a test may set them. */
  changes: readonly string[] = [];
  processes: readonly string[] = [];
  memory: { readonly now: number; readonly peak: number | undefined } = { now: 1 << 20, peak: undefined };
  readonly imageId: string;
  state: 'created' | 'running' | 'exited' | 'removed' = 'created';
  /** Called for each signal but SIGKILL; without it, a signal ends the process. */
  onSignal: ((signal: string) => void) | undefined;
  readonly #exited = Promise.withResolvers<ContainerEnd>();
  readonly #removed = Promise.withResolvers<ContainerEnd>();
  readonly #program: Program;
  #end: ContainerEnd = { exitCode: 0 };
  #outOfMemory = false;

  constructor(id: string, settings: ContainerSettings, image: FakeImage) {
    super();
    this.id = id;
    this.settings = settings;
    this.imageId = image.facts.id;
    this.#program = image.program;
    for (const [path, content] of image.files ?? []) this.files.set(path, content);
    // As engines do, where the image has no such folder.
    this.changes = settings.mounts.flatMap(({ target, empty }) => (empty === true ? [target] : []));
    this.recorded = recordedOf(settings, image.facts);
    this.processes = [['/mcpcat-init', '--', ...settings.command].join(' ')];
  }

  get exited(): Promise<ContainerEnd> {
    return this.#exited.promise;
  }

  get removed(): Promise<ContainerEnd> {
    return this.#removed.promise;
  }

  get end(): ContainerEnd {
    return this.#end;
  }

  start(): void {
    this.state = 'running';
    this.#program(this);
  }

  /** The process ends by itself. */
  exit(exitCode: number, { outOfMemory = false }: { readonly outOfMemory?: boolean } = {}): void {
    if (this.state !== 'running') return;
    this.state = 'exited';
    this.#outOfMemory = outOfMemory;
    this.#end = { exitCode };
    this.endStreams();
    this.#exited.resolve(this.#end);
    if (this.settings.autoRemove) this.remove();
  }

  signal(signal: string): void {
    if (this.state !== 'running') return;
    this.signals.push(signal);
    if (signal !== 'SIGKILL' && this.onSignal !== undefined) this.onSignal(signal);
    else this.exit(128 + (signalNumbers[signal] ?? 0));
  }

  remove(): void {
    if (this.state === 'running') {
      this.#end = { exitCode: 137 };
      this.endStreams();
      this.#exited.resolve(this.#end);
    }
    this.state = 'removed';
    this.#removed.resolve(this.#end);
  }

  /** The name of the volume that a path lies in. */
  volumeAt(path: string): string | undefined {
    const mount = this.settings.mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
    return mount?.kind === 'volume' ? mount.source : undefined;
  }

  endStreams(): void {
    this.endPipes();
    for (const exec of this.execs) exec.exit(137);
  }

  facts(): ContainerFacts {
    const { state, settings } = this;
    return {
      id: this.id,
      state,
      exitCode: this.#end.exitCode,
      outOfMemory: this.#outOfMemory,
      pid: state === 'running' ? 4711 : 0,
      labels: settings.labels,
      image: settings.image,
      imageId: this.imageId,
      startedAt: state === 'created' ? '0001-01-01T00:00:00Z' : '2026-01-01T00:00:00Z',
      recorded: this.recorded,
      finishedAt: state === 'exited' ? '2026-01-01T00:00:01Z' : '0001-01-01T00:00:00Z',
    };
  }
}
