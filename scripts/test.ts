/**
 * `npm test` runs everything: the checks, the unit tests and, set up meanwhile, the tests that need an engine.
 * `npm run test:unit` and `npm run test:docker` run one group. Files or folders after the name run those alone;
 * `--no-setup` says that engine, bases and images are there, `--record` writes the durations down.
 */
import { stopStartedEngine } from '../src/doctor/fix.ts';
import { record } from './test/durations.ts';
import { testFiles, type Group } from './test/groups.ts';
import { jobsOf } from './test/jobs.ts';
import { runJobs, type JobResult } from './test/run-jobs.ts';
import { run } from './test/run.ts';
import { setUp } from './test/set-up.ts';

/** More than a small machine has cores: many tests wait for a timer or an engine rather than for the processor. */
const unitSlots = 4;
const dockerSlots = 2;

const args = process.argv.slice(2);
const groups: readonly Group[] = args[0] === 'unit' || args[0] === 'docker' ? [args[0]] : ['unit', 'docker'];
const wanted = args.filter((arg, index) => !arg.startsWith('--') && !(index === 0 && groups.length === 1));
const all = groups.length === 2 && wanted.length === 0;
const files = { unit: filesOf('unit'), docker: filesOf('docker') };
const needsSetUp = files.docker.length > 0 && !args.includes('--no-setup');

function filesOf(group: Group): string[] {
  return groups.includes(group) ? testFiles([group], wanted) : [];
}

/** The unit tests and the checks, while the engine's images are set up. */
async function withoutEngine(): Promise<{ checked: boolean; results: JobResult[] }> {
  const results = await runJobs(jobsOf('unit', files.unit), { slots: unitSlots });
  const checked = !all || (await run('checks', process.execPath, ['scripts/check.ts']));
  return { checked, results };
}

async function testAll(): Promise<boolean> {
  if (!(await run('bundle', process.execPath, ['scripts/bundle.ts']))) return false;
  const [ready, { checked, results }] = await Promise.all([needsSetUp ? setUp() : true, withoutEngine()]);
  if (ready) results.push(...(await runJobs(jobsOf('docker', files.docker), { slots: dockerSlots })));
  if (args.includes('--record')) record(results);
  const sum = (key: 'passed' | 'failed'): number => results.reduce((total, { [key]: n }) => total + n, 0);
  process.stdout.write(`\n${String(sum('passed'))} passed, ${String(sum('failed'))} failed\n`);
  return ready && checked && sum('failed') === 0 && sum('passed') > 0;
}

let passed = false;
try {
  passed = await testAll();
} finally {
  if (needsSetUp) await stopStartedEngine();
}
process.exitCode = passed ? 0 : 1;
