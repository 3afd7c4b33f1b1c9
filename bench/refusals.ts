/**
 * What refused attempts in a flood cost the launcher: `node bench/refusals.ts [PER_SECOND [SECONDS]]`. Frames as a relay
 * sends them: it has at most so many wishes open, and what comes beyond that ends inside the container. CPU of this
 * process alone, the bench's own work included, so a busy machine does little harm.
 */
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { attemptLog } from '../src/cli/render/attempts.ts';
import { frameOf } from '../src/egress/frames.ts';
import { policyOf } from '../src/egress/policy.ts';
import { Tunnel } from '../src/egress/tunnel.ts';
import { rulesOf } from '../src/egress/rules.ts';

const [perSecond = 10_000, seconds = 5] = process.argv.slice(2).map(Number);
const burst = 64;

interface Flood {
  readonly what: string;
  readonly frame: (index: number) => Buffer;
  /** Wishes that a relay has open at once (src/init), and bytes of the answer to each. */
  readonly open: number;
  readonly answerBytes: number;
}

/** Each wish is another one: nothing helps that remembers. */
const floods: readonly Flood[] = [
  {
    what: 'names that are not permitted',
    frame: (index) =>
      frameOf('lookup', (index % 60_000) + 1, Buffer.from(`n${String(index)}.evil.example.org`)),
    open: 64,
    answerBytes: 8,
  },
  {
    what: 'connections that are not permitted',
    frame: (index) =>
      frameOf('open', 2 * ((index % 30_000) + 1), Buffer.from([127, 1, index >> 8, index & 255, 1, 187])),
    open: 256,
    answerBytes: 9,
  },
];

async function share({ frame, open, answerBytes }: Flood): Promise<{ cpu: number; told: number }> {
  const input = new PassThrough();
  let answered = 0;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      answered += chunk.length / answerBytes;
      done();
    },
  });
  const declared = ['api.example.com', 'cdn.example.com', '*.files.example.com', 'db.example.com:5432'];
  const tunnel = new Tunnel({
    input,
    output,
    policy: policyOf(rulesOf({ declared, settings: {} })),
    dial: () => Promise.reject(new Error('nothing is dialled here')),
    onAttempt: attemptLog('flood', { write: () => undefined }),
  });
  input.write(frameOf('ready', 0));
  await tunnel.ready;
  await pause(5);
  answered = 0;
  let told = 0;
  const started = performance.now();
  const before = process.cpuUsage();
  for (let tried = 0; tried < perSecond * seconds; tried += burst) {
    const fitting = Math.max(0, Math.min(burst, open - (told - answered)));
    if (fitting > 0) input.write(Buffer.concat(Array.from({ length: fitting }, (_, at) => frame(told + at))));
    told += fitting;
    const ahead = started + ((tried + burst) * 1000) / perSecond - performance.now();
    if (ahead > 1) await pause(ahead);
  }
  const { user, system } = process.cpuUsage(before);
  tunnel.close();
  return { cpu: (user + system) / 1000 / (performance.now() - started), told };
}

for (const flood of floods) {
  await share(flood);
  const { cpu, told } = await share(flood);
  const reached = Math.round(told / seconds);
  const found = `${(100 * cpu).toFixed(1)} % of one core, ${String(reached)}/s reached the launcher`;
  console.log(`${String(perSecond)}/s ${flood.what}: ${found}`);
}
