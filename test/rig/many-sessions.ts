/**
 * Several sessions in one process, as a gateway would have them: `node many-sessions.ts IMAGE LABEL=VALUE COUNT`. Says
 * `ready` when each has answered initialize, ends the first and says `one less`, and then stays until it is killed.
 */
import { once } from 'node:events';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openSession } from '../../src/session/open-session.ts';
import type { Session } from '../../src/session/session.ts';
import { hello } from './hello.ts';

const [image = '', label = '', count = ''] = process.argv.slice(2);
const [name = '', value = ''] = label.split('=');
const sandbox: Sandbox = {
  name: 'many-sessions',
  env: {},
  secrets: { TOKEN: 'each has its own' },
  args: [],
  mounts: [],
  handed: [],
  written: [],
  user: '65532:65532',
  writable: ['/tmp'],
  memoryBytes: 256 * 1024 ** 2,
  cpus: 1,
  pids: 64,
  shmBytes: undefined,
  readsResolvConf: false,
  network: [],
};
const engine = await connectEngine({ env: process.env });

async function serving(): Promise<Session> {
  const session = openSession({
    engine,
    sandbox,
    image,
    labels: { [name]: value },
    dial: () => Promise.reject(new Error('there is no tunnel')),
    onAttempt: () => undefined,
    removal: 'at-end',
  });
  const channel = await session.opened;
  if (channel === undefined) throw new Error(JSON.stringify(await session.ended));
  channel.stderr.resume();
  channel.send.write(hello);
  await once(channel.received, 'data');
  return session;
}

const [first] = await Promise.all(Array.from({ length: Number(count) }, serving));
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const removal = await first?.close();
process.stdout.write(removal?.left === undefined ? 'one less\n' : `left ${removal.left}\n`);
setInterval(() => undefined, 60_000);
