import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type {
  Attachment,
  ContainerEnd,
  ContainerFacts,
  ContainerSettings,
  ContainerSummary,
  Engine,
  ExecSession,
  Labels,
  VolumeFacts,
} from '../../../src/engine/engine.ts';
import { McpcatError } from '../../../src/lib/errors.ts';
import { FakeContainer } from './fake-container.ts';
import { FakeExec, untilInputEnds } from './fake-exec.ts';
import { fits } from './fake-images.ts';
import { FakeImageCalls } from './image-calls.ts';

/** The part of the fake engine that deals with containers. */
export class FakeContainerCalls
  extends FakeImageCalls
  implements Omit<Engine, 'info' | 'endpoint' | 'listVolumes' | 'inspectVolume' | 'removeVolume'>
{
  readonly containers = new Map<string, FakeContainer>();
  /** By name; `removeVolume` and named mounts change it. */
  readonly volumes = new Map<string, VolumeFacts>();
  /** What was copied into a volume last, by its name. */
  readonly volumeTars = new Map<string, Buffer>();
  /** What a further process in a container does, for instance the relay of a tunnel. */
  onExec: (exec: FakeExec, container: FakeContainer) => void = untilInputEnds;
  /** Called with each container that is made: a test may put files into it. */
  onCreate: (container: FakeContainer) => void = () => undefined;
  #made = 0;
  #madeVolumes = 0;

  /** The one container that there is. */
  get only(): FakeContainer {
    const [container, ...more] = this.all();
    if (container === undefined || more.length > 0)
      throw new Error(`expected one container, found ${String(this.containers.size)}`);
    return container;
  }

  createContainer(settings: ContainerSettings): Promise<string> {
    return this.gate.pass('createContainer', [settings], () => {
      const image = this.images.find(settings.image);
      if (image === undefined)
        throw new McpcatError('image-missing', `the image ${settings.image} is not on this engine`);
      // As with real ones, the twelve digits that people are shown tell them apart.
      const id = (++this.#made).toString(16).padStart(12, 'c').padEnd(64, '0');
      const labels = { ...image.facts.labels, ...settings.labels };
      const container = new FakeContainer(id, { ...settings, labels }, image);
      this.containers.set(id, container);
      this.onCreate(container);
      this.#takeVolumes(id, settings);
      return id;
    });
  }

  attachContainer(id: string): Promise<Attachment> {
    return this.gate.pass('attachContainer', [id], () => this.#get(id).attach());
  }

  followErrors(id: string): Promise<Readable> {
    return this.gate.pass('followErrors', [id], () => this.#get(id).stderr.listen());
  }

  startContainer(id: string): Promise<void> {
    return this.gate.pass('startContainer', [id], () => {
      const container = this.#get(id);
      if (container.state === 'created') container.start();
    });
  }

  waitContainer(
    id: string,
    until: 'next-exit' | 'not-running' | 'removed',
    onWatching?: () => void,
  ): Promise<ContainerEnd> {
    return this.gate.pass('waitContainer', [id, until], async (carriedOut) => {
      const container = this.#find(id);
      if (container === undefined && until === 'removed') return { exitCode: 0 };
      const { state, removed, exited, end } = container ?? this.#get(id);
      onWatching?.();
      carriedOut();
      if (until === 'removed') return removed;
      return until === 'not-running' && state !== 'running' ? end : exited;
    });
  }

  killContainer(id: string, signal: string): Promise<void> {
    return this.gate.pass('killContainer', [id, signal], () => this.#find(id)?.signal(signal));
  }

  removeContainer(id: string): Promise<void> {
    return this.gate.pass('removeContainer', [id], () => this.#remove(id));
  }

  inspectContainer(id: string): Promise<ContainerFacts | undefined> {
    return this.gate.pass('inspectContainer', [id], () => this.#present(id)?.facts());
  }

  listContainers(labels: Labels): Promise<readonly ContainerSummary[]> {
    return this.gate.pass('listContainers', [labels], () =>
      this.all()
        .filter((container) => fits(container.settings.labels, labels))
        .map(({ id, imageId, state, settings }) => ({
          id,
          state,
          image: settings.image,
          imageId,
          labels: settings.labels,
          created: 1_767_225_600,
        })),
    );
  }

  containerLogs(id: string, options: { readonly tail: number }): Promise<string> {
    return this.gate.pass('containerLogs', [id, options], () => {
      this.#get(id);
      throw new McpcatError('engine-failed', 'configured logging driver does not support reading');
    });
  }

  containerProcesses(id: string): Promise<readonly string[]> {
    return this.gate.pass('containerProcesses', [id], () => this.#running(id).processes);
  }

  containerMemory(id: string): Promise<{ readonly now: number; readonly peak: number | undefined }> {
    return this.gate.pass('containerMemory', [id], () => this.#get(id).memory);
  }

  containerChanges(id: string): Promise<readonly string[]> {
    return this.gate.pass('containerChanges', [id], () => this.#get(id).changes);
  }

  copyOut(id: string, path: string): Promise<Readable> {
    return this.gate.pass('copyOut', [id, path], () => {
      const container = this.#get(id);
      const volume = container.volumeAt(path);
      const tar = volume === undefined ? container.files.get(path) : this.volumeTars.get(volume);
      if (tar !== undefined) return Readable.from([tar]);
      throw new McpcatError('engine-failed', `Could not find the file ${path} in container ${id}`);
    });
  }

  copyIn(id: string, path: string, tar: Readable): Promise<void> {
    return this.gate.pass('copyIn', [id, path], async () => {
      const container = this.#get(id);
      const volume = container.volumeAt(path);
      const content = await buffer(tar);
      if (volume === undefined) container.files.set(path, content);
      else this.volumeTars.set(volume, content);
    });
  }

  exec(id: string, command: readonly string[], options?: { readonly user?: string }): Promise<ExecSession> {
    return this.gate.pass('exec', [id, command, options], () => {
      const container = this.#running(id);
      const exec = new FakeExec(command, options?.user);
      container.execs.push(exec);
      const session = exec.session();
      this.onExec(exec, container);
      return session;
    });
  }

  protected all(): FakeContainer[] {
    return [...this.containers.keys()].flatMap((id) => this.#present(id) ?? []);
  }

  /** Undefined once it is removed, by whomever. */
  #present(id: string): FakeContainer | undefined {
    const container = this.#find(id);
    if (container?.state !== 'removed') return container;
    this.containers.delete(container.id);
    return undefined;
  }

  /** By its id or its name. */
  #find(id: string): FakeContainer | undefined {
    return (
      this.containers.get(id) ?? [...this.containers.values()].find(({ settings }) => settings.name === id)
    );
  }

  #get(id: string): FakeContainer {
    const container = this.#present(id);
    if (container !== undefined) return container;
    throw new McpcatError('engine-failed', `No such container: ${id}`);
  }

  #running(id: string): FakeContainer {
    const container = this.#get(id);
    if (container.state === 'running') return container;
    throw new McpcatError('engine-failed', `Container ${id} is not running`);
  }

  #remove(id: string): void {
    const container = this.#find(id);
    container?.remove();
    this.containers.delete(container?.id ?? id);
  }

  #takeVolumes(id: string, { mounts }: ContainerSettings): void {
    for (const { kind, source, labels = {} } of mounts) {
      if (kind !== 'volume' || source === '' || this.volumes.has(source)) continue;
      const created = new Date(Date.UTC(2026, 0, 1) + ++this.#madeVolumes * 1000).toISOString();
      this.volumes.set(source, { name: source, labels, created, bytes: 0, containers: [id] });
    }
  }

  protected holdersOf(name: string): readonly string[] {
    return this.all()
      .filter(({ settings }) =>
        settings.mounts.some(({ kind, source }) => kind === 'volume' && source === name),
      )
      .map(({ id }) => id);
  }
}
