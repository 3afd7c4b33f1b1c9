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
import { needsSample } from './test/lanes.ts';
import { Pool, type PoolOptions } from './test/pool.ts';
import { process1Volumes } from './test/process1-volumes.ts';
import { runJob, type Job, type JobResult } from './test/run-jobs.ts';
import { run } from './test/run.ts';
import { buildSample, installBuildTools, setUpEngine } from './test/set-up.ts';

/** More than a small machine has cores: unit tests, too, wait for timers and files now and then. */
const unitSlots = { computes: 4, waits: 4 };
/** A build, too, waits for disks and registries now and then; those that mostly wait run beside them. */
const dockerSlots = { computes: 3, waits: 3 };

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

const results: JobResult[] = [];

function pool(slots: PoolOptions<Job>['slots']): Pool<Job> {
  return new Pool({ slots, take: async (job) => void results.push(await runJob(job)) });
}

async function unitTestsAndChecks(): Promise<boolean> {
  await pool(unitSlots).run(jobsOf('unit', files.unit));
  return !all || run('checks', process.execPath, ['scripts/check.ts']);
}

async function testAll(): Promise<boolean> {
  if (!(await run('bundle', process.execPath, ['scripts/bundle.ts']))) return false;
  const tools = !needsSetUp || (await installBuildTools());
  const { engine = [], other = [] } = Object.groupBy(dockerJobs(), ({ name }) =>
    needsEngine(name) ? 'engine' : 'other',
  );
  // While the images are set up there is the work that needs no engine.
  const settingUp = !needsSetUp || engine.length === 0 || setUpEngine();
  const checked = await unitTestsAndChecks();
  const docker = pool(dockerSlots);
  const others = docker.run(other);
  const based = await settingUp;
  const sampled = engine.filter(({ name }) => needsSample(name));
  const sampling = based && (!needsSetUp || sampled.length === 0 || buildSample());
  const rest = based ? docker.run(engine.filter((job) => !sampled.includes(job))) : undefined;
  const ready = await sampling;
  await Promise.all([others, rest, ready ? docker.run(sampled) : undefined]);
  if (args.includes('--record')) record(results);
  const sum = (key: 'passed' | 'failed' | 'cpuSeconds'): number =>
    results.reduce((total, { [key]: n }) => total + n, 0);
  process.stdout.write(
    `\n${String(sum('passed'))} passed, ${String(sum('failed'))} failed, ${sum('cpuSeconds').toFixed(0)} s CPU\n`,
  );
  return tools && ready && checked && sum('failed') === 0 && sum('passed') > 0;
}

const removeProcess1Volumes = needsSetUp ? await process1Volumes() : undefined;
let passed = false;
try {
  passed = args.includes('--coverage') ? await coverage(files.unit) : await testAll();
} finally {
  await removeProcess1Volumes?.();
  if (needsSetUp) await stopStartedEngine();
}
process.exitCode = passed ? 0 : 1;
