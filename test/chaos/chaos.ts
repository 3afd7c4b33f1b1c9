/**
 * `npm run chaos [-- --launches N --short --engine --seed S --seconds MAX --concurrency C --only TEXT --json]`: ends
 * launches in every way at every moment, and at random ones, and watches how long their containers stay. Beside
 * `mcpcat run` the docker command with our image, and with the same server unguarded. Exit code 1 if anything of ours
 * stays behind; the seed repeats the plan (not the engine's timing).
 */
import { parseArgs } from 'node:util';
import { testEngine } from '../rig/engine.ts';
import { chaos } from './harness.ts';
import { contestants, idOf } from './matrix.ts';
import { faultsOf, reportText, totalsOf } from './report.ts';

const { values } = parseArgs({
  options: {
    launches: { type: 'string' },
    short: { type: 'boolean', default: false },
    engine: { type: 'boolean', default: false },
    seed: { type: 'string' },
    seconds: { type: 'string' },
    concurrency: { type: 'string' },
    only: { type: 'string', default: '' },
    bin: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

function whole(name: 'launches' | 'seed' | 'seconds' | 'concurrency', fallback: number): number {
  const text = values[name];
  if (text === undefined) return fallback;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  process.stderr.write(`chaos: --${name}: expected a whole number, found "${text}"\n`);
  process.exit(2);
}

const { short } = values;
const seed = whole('seed', Math.floor(Math.random() * 2 ** 32));
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // A second one does not wait for the cleaning up.
    if (interrupted.signal.aborted) process.exit(130);
    process.stderr.write(`\nchaos: ${signal}: cleaning up\n`);
    interrupted.abort();
  });

try {
  const outcome = await chaos({
    engine: await testEngine(),
    seed,
    short,
    cuts: values.engine,
    only: values.only,
    launches: whole('launches', short ? 40 : 250),
    seconds: whole('seconds', short ? 150 : 1800),
    concurrency: Math.max(1, whole('concurrency', 4)),
    bin: values.bin,
    signal: interrupted.signal,
    onPrefix: (prefix) => process.stderr.write(`chaos: seed ${String(seed)}, prefix ${prefix}\n`),
    onResult: (result, { done, of }) => {
      if (result.verdict === 'leak' && result.contestant === 'mcpcat')
        process.stderr.write(`\nleak: ${idOf(result)}\n`);
      process.stderr.write(`\r${String(done)} of ${String(of)} `);
    },
  });
  process.stderr.write('\n');
  const faults = faultsOf(outcome);
  const totals = contestants.map((contestant) => totalsOf(outcome.results, contestant));
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ seed, totals, faults, ...outcome }, null, 2)}\n`
      : `${reportText(outcome)}${faults.map((fault) => `${fault}\n`).join('')}`,
  );
  process.exitCode = faults.length > 0 ? 1 : 0;
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
  process.exitCode = 130;
}
