/**
 * `npm test` runs everything: the checks, the unit tests and, set up meanwhile, the tests that need an engine.
 * `npm run test:unit` and `npm run test:docker` run one group. Files or folders after the name run those alone;
 * `--no-setup` says that engine, bases and images are there, `--record` writes the durations down, `--coverage` says
 * what the unit tests cover, `--group=2/6` runs the second of six equal shares of the docker tests.
 */
import { stopStartedEngine } from '../src/doctor/fix.ts';
import { coverage } from './test/coverage.ts';
import { dealt, shareIn } from './test/deal.ts';
import { durations, record } from './test/durations.ts';
import { needsEngine, testFiles, type Group } from './test/groups.ts';
import { jobsOf } from './test/jobs.ts';
import { runJobs, type Job, type JobResult } from './test/run-jobs.ts';
import { run } from './test/run.ts';
import { installBuildTools, setUpEngine } from './test/set-up.ts';

/** More than a small machine has cores: many tests wait for a timer or an engine rather than for the processor. */
const unitSlots = 4;
const dockerSlots = 2;

const args = process.argv.slice(2);
const groups: readonly Group[] = args[0] === 'unit' || args[0] === 'docker' ? [args[0]] : ['unit', 'docker'];
const wanted = args.filter((arg, index) => !arg.startsWith('--') && !(index === 0 && groups.length === 1));
const all = groups.length === 2 && wanted.length === 0;
const files = { unit: filesOf('unit'), docker: filesOf('docker') };
const needsSetUp = files.docker.length > 0 && !args.includes('--coverage') && !args.includes('--no-setup');

function filesOf(group: Group): string[] {
  return groups.includes(group) ? testFiles([group], wanted) : [];
}

function dockerJobs(): Job[] {
  const jobs = jobsOf('docker', files.docker);
  const group = args.find((arg) => arg.startsWith('--group='))?.slice('--group='.length);
  return group === undefined ? jobs : dealt(jobs, shareIn(group), durations());
}

interface Results {
  readonly checked: boolean;
  readonly results: readonly JobResult[];
}

/** The unit tests, the checks and what else needs no engine, while the engine's images are set up. */
async function withoutEngine(jobs: readonly Job[]): Promise<Results> {
  const unit = await runJobs(jobsOf('unit', files.unit), { slots: unitSlots });
  const checked = !all || (await run('checks', process.execPath, ['scripts/check.ts']));
  return { checked, results: [...unit, ...(await runJobs(jobs, { slots: dockerSlots }))] };
}

async function testAll(): Promise<boolean> {
  if (!(await run('bundle', process.execPath, ['scripts/bundle.ts']))) return false;
  const tools = !needsSetUp || (await installBuildTools());
  const { engine = [], other = [] } = Object.groupBy(dockerJobs(), ({ name }) =>
    needsEngine(name) ? 'engine' : 'other',
  );
  const [ready, { checked, results: first }] = await Promise.all([
    !needsSetUp || engine.length === 0 || setUpEngine(),
    withoutEngine(other),
  ]);
  const results = [...first, ...(ready ? await runJobs(engine, { slots: dockerSlots }) : [])];
  if (args.includes('--record')) record(results);
  const sum = (key: 'passed' | 'failed'): number => results.reduce((total, { [key]: n }) => total + n, 0);
  process.stdout.write(`\n${String(sum('passed'))} passed, ${String(sum('failed'))} failed\n`);
  return tools && ready && checked && sum('failed') === 0 && sum('passed') > 0;
}

let passed = false;
try {
  passed = args.includes('--coverage') ? await coverage(files.unit) : await testAll();
} finally {
  if (needsSetUp) await stopStartedEngine();
}
process.exitCode = passed ? 0 : 1;
