import type { Engine, EngineInfo, Labels, VolumeFacts } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { FakeContainerCalls } from './fake-engine/container-calls.ts';
import { fits } from './fake-engine/fake-images.ts';
import type { HeldCall, Method } from './fake-engine/held-calls.ts';

const usualInfo: EngineInfo = {
  name: 'docker',
  version: '20.10.24',
  apiVersion: '1.41',
  platform: 'linux/amd64',
  kernel: '6.12.0',
  operatingSystem: 'A fake engine for tests',
  storageDriver: 'memory',
  cgroupVersion: '2',
  rootless: false,
  securityOptions: ['seccomp'],
  limits: { memory: true, cpu: true, pids: true, swap: true },
  cpus: 2,
  memoryBytes: 8 * 1024 ** 3,
  runtimes: ['runc'],
};

/**
 * A container engine in memory. It answers at once, one turn of the loop later, unless the test holds a method:
 *
 * ```
 * const engine = new FakeEngine();
 * engine.addImage({ tags: ['mcpcat/notes:local'] }, (container) => …what its process does);
 * engine.hold('attachContainer');
 * const done = launch(…);
 * const attach = await engine.next('attachContainer');   // it has asked; now anything else may happen first
 * engine.only.exit(1);
 * await attach.release();                                 // or perform(), or fail()
 * ```
 *
 * It keeps the port's contract (test/engine/contract.ts runs on it and on real engines); what containers enforce, it
 * does not. Nothing in it measures time.
 */
export class FakeEngine extends FakeContainerCalls implements Engine {
  readonly endpoint = 'unix:///fake/engine.sock';
  facts: EngineInfo = usualInfo;

  hold(...methods: readonly Method[]): void {
    this.gate.hold(...methods);
  }

  letPass(...methods: readonly Method[]): void {
    this.gate.letPass(...methods);
  }

  /** The oldest call of a held method that was not asked for before; waits for it. */
  next(method: Method): Promise<HeldCall> {
    return this.gate.next(method);
  }

  /** Every call so far, in order. */
  get calls(): readonly { readonly method: Method; readonly args: readonly unknown[] }[] {
    return this.gate.calls;
  }

  /** The engine dies: all connections break, and nobody answers any more. */
  cut(): void {
    this.gate.cut(this.endpoint);
    for (const container of this.all()) for (const pipes of [container, ...container.execs]) pipes.cut();
  }

  info(): Promise<EngineInfo> {
    return this.gate.pass('info', [], () => this.facts);
  }

  listVolumes(labels: Labels): Promise<readonly VolumeFacts[]> {
    return this.gate.pass('listVolumes', [labels], () =>
      [...this.volumes.values()]
        .filter((volume) => fits(volume.labels, labels))
        .map((volume) => ({ ...volume, containers: this.holdersOf(volume.name) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }

  inspectVolume(name: string): Promise<VolumeFacts | undefined> {
    return this.gate.pass('inspectVolume', [name], () => this.volumes.get(name));
  }

  removeVolume(name: string): Promise<void> {
    return this.gate.pass('removeVolume', [name], () => {
      if (this.holdersOf(name).length > 0)
        throw new McpcatError('volume-in-use', `the volume ${name} is in use`);
      this.volumes.delete(name);
      this.volumeTars.delete(name);
    });
  }
}
