import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openSession } from '../../src/session/open-session.ts';
import type { Process1 } from '../../src/process1/process1.ts';
import type { Channel, Session, SessionRequest } from '../../src/session/session.ts';
import type { FakeContainer } from './fake-engine/fake-container.ts';
import { closed } from './closed.ts';
import { FakeEngine } from './fake-engine.ts';

export const fakeImage = 'mcpcat/notes:local';

/** Of a server that asks for nothing. */
export const plainSandbox: Sandbox = {
  name: 'notes',
  env: {},
  secrets: {},
  args: [],
  mounts: [],
  handed: [],
  written: [],
  user: '65532:65532',
  writable: ['/tmp'],
  memoryBytes: 512 * 1024 ** 2,
  cpus: 1,
  pids: 128,
  shmBytes: undefined,
  readsResolvConf: false,
  network: [],
};

/** A fake engine with one image; `program` is what its server does. */
export function engineWith(program: (container: FakeContainer) => void = endsWithInput): FakeEngine {
  const engine = new FakeEngine();
  engine.addImage({ tags: [fakeImage] }, program);
  return engine;
}

/** Echoes, and ends with its input, as a server that behaves does. */
export function endsWithInput(container: FakeContainer): void {
  container.stdin.on('data', (chunk: Buffer) => container.stdout.write(chunk));
  container.stdin.once('end', () => container.exit(0));
}

/** Reads, and ends with nothing but SIGKILL. */
export function ignoresEverything(container: FakeContainer): void {
  container.stdin.resume();
  container.onSignal = () => undefined;
}

/** One that is there and stays as it is; what becomes of it otherwise is tested in test/process1. */
export const steadyProcess1: Process1 = {
  prepare: () =>
    Promise.resolve({
      volume: 'mcpcat_init_of_a_test',
      volumeState: 'seen',
      image: { entrypoint: ['/mcpcat-init', '--', '/server'], command: [], emptyVolumes: [] },
      confirm: () => Promise.resolve('as-known'),
    }),
};

/** A session on a fake engine, with waits that are over at once where only they lead on. */
export function sessionOn(engine: FakeEngine, more: Partial<SessionRequest> = {}): Session {
  return openSession({
    engine,
    sandbox: plainSandbox,
    image: fakeImage,
    labels: { test: 'session' },
    dial: () => Promise.reject(new Error('nobody dials')),
    onAttempt: () => undefined,
    removal: 'at-end',
    process1: steadyProcess1,
    ...more,
  });
}

/** Its streams, once it runs. */
export async function runningOn(session: Session): Promise<Channel> {
  const channel = await session.opened;
  await session.started;
  if (channel === undefined) throw new Error(`it did not open: ${JSON.stringify(await session.ended)}`);
  return channel;
}

/** A container that runs, made without a session. */
export async function plainContainer(engine: FakeEngine): Promise<string> {
  const id = await engine.createContainer(closed(fakeImage));
  await engine.startContainer(id);
  return id;
}

/** Turns of the loop, in each of which an engine that answers at once has answered. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
