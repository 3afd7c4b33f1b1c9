/**
 * `npm run test:engines [NAME…] [--record] [--only base-digest|elsewhere|user-pass]`: starts other engines, one at a time, and runs the port's contract, the sandbox
 * measured from inside and a user's pass on each. Needs root, mmdebstrap, a Docker engine here with the bases and the
 * images of `images`, and some minutes for each. `--record` writes recorded.json, from which docs/engines.md is made; with `--only`
 * one of the files is run, and what it notes goes into what is recorded already.
 */
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
  chmodSync,
  createReadStream,
} from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { run as runTests } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { ownBases, project, run } from '../rig/engine.ts';
import { talk } from '../rig/talk.ts';
import { knownEngines, type KnownEngine } from './known-engines.ts';
import { OwnEngine } from './own-engine.ts';
import type { Recorded } from './recorded.ts';

const recordFile = path.join(import.meta.dirname, 'recorded.json');
const files = [
  'test/docker/contract.test.ts',
  'test/docker/sandbox.test.ts',
  'test/engines/user-pass.ts',
  'test/engines/base-digest.ts',
];
/** Besides, on one that is reached over ssh and TLS too. */
const farFile = 'test/engines/elsewhere.ts';
const servers = ['everything', 'filesystem', 'memory', 'fetch', 'github', 'time'];

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const unknown = names.find((name) => !knownEngines.some((known) => known.name === name));
if (unknown !== undefined) {
  console.error(`no engine "${unknown}"; there are: ${knownEngines.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const work = mkdtempSync(path.join(tmpdir(), 'mcpcat-engines-'));
const first = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
const archive = process.env['MCPCAT_ENGINE_IMAGES'] ?? path.join(work, 'images.tar');
process.env['MCPCAT_ENGINE_FIRST'] = first;
// Where this user's own builds keep what they have fetched.
process.env['MCPCAT_ENGINE_CACHE'] ??= thisHost().folders(process.env).cache;
// A rootless engine's account reads the profile there.
chmodSync(work, 0o755);
// Nothing that these starts agree to is the user's: that is kept below the home alone.
process.env['HOME'] = mkdtempSync(path.join(work, 'home-'));
for (const kind of ['CACHE', 'CONFIG', 'DATA'])
  process.env[`XDG_${kind}_HOME`] = path.join(work, kind.toLowerCase());

try {
  if (!existsSync(archive)) await saveImages();
  for (const known of knownEngines) if (names.length === 0 || names.includes(known.name)) await check(known);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** All in one archive, so that what they share is in it once. */
async function saveImages(): Promise<void> {
  const bases = await ownBases();
  const wanted = [
    ...['node', 'python', 'go'].map((kind) => bases[kind as 'node'].runtime.reference),
    ...servers.map((name) => `mcpcat/${name}:local`),
  ];
  const query = wanted.map((name) => `names=${encodeURIComponent(name)}`).join('&');
  await new Promise<void>((resolve, reject) => {
    const socketPath = first.replace('unix://', '');
    http
      .get({ socketPath, path: `/images/get?${query}` }, (answer) => {
        if (answer.statusCode !== 200)
          reject(new Error(`the first engine has not all of ${wanted.join(', ')}`));
        else pipeline(answer, createWriteStream(archive)).then(resolve, reject);
      })
      .on('error', reject);
  });
}

async function check(known: KnownEngine): Promise<void> {
  console.log(`\n${known.name}`);
  const own = await OwnEngine.start(known);
  try {
    process.env['DOCKER_HOST'] = own.address;
    const engine = await connectEngine({ env: process.env });
    await engine.loadImage(createReadStream(archive));
    const recorded = known.refuses === undefined ? await tested(known, own) : await refused(known.refuses);
    if (options.record) keep(known.name, recorded);
    if (recorded.failed.length > 0) process.exitCode = 1;
  } finally {
    process.env['DOCKER_HOST'] = first;
    await own.remove();
  }
}

function filesFor({ elsewhere }: KnownEngine): string[] {
  const all = [...files, ...(elsewhere === true ? [farFile] : [])];
  const { only } = options;
  return all
    .filter((file) => only === undefined || path.basename(file, '.ts') === only)
    .map((file) => path.join(project, file));
}

async function tested(known: KnownEngine, own: OwnEngine): Promise<Recorded> {
  const facts = path.join(work, 'facts');
  rmSync(facts, { force: true });
  process.env['MCPCAT_ENGINE_FACTS'] = facts;
  process.env['MCPCAT_ENGINE_TREE'] = own.tree;
  process.env['MCPCAT_ENGINE_FOLDER'] = own.folder;
  if (known.elsewhere === true) process.env['MCPCAT_ENGINE_PID'] = String(own.pid);
  const results = { passed: 0, failed: new Array<string>() };
  const found = runTests({
    files: filesFor(known),
    concurrency: 1,
    // Of a whole file: on a busy machine dpkg alone takes five minutes.
    timeout: 1_800_000,
  });
  found.on('test:pass', ({ name }) => {
    results.passed += 1;
    console.log(`  ok      ${name}`);
  });
  found.on('test:fail', ({ name, details }) => {
    results.failed.push(name);
    console.log(`  FAILED  ${name}\n${String(details.error.cause ?? details.error).slice(0, 2000)}`);
  });
  for await (const _ of found);
  const noted: object[] = (existsSync(facts) ? readFileSync(facts, 'utf8') : '{}')
    .trim()
    .split('\n')
    .map((line) => Object(JSON.parse(line)) as object);
  return {
    date: new Date().toISOString().slice(0, 10),
    facts: Object.assign({}, ...noted) as Recorded['facts'],
    ...results,
  };
}

/** Where it can't enforce what is asked for, a start has to say so, and nothing may run. */
async function refused(expected: RegExp): Promise<Recorded> {
  const engine = await connectEngine({ env: process.env });
  const { name, version, apiVersion, storageDriver, cgroupVersion, rootless } = await engine.info();
  const { code, stderr } = await run(['run', 'everything']);
  const left = await engine.listContainers({});
  const held = code === 3 && expected.test(stderr) && left.length === 0;
  console.log(`  ${held ? 'ok      refuses to start' : `FAILED  ${String(code)}`}: ${stderr.trim()}`);
  const without = await startsWithout().catch((error: unknown) => String(error));
  console.log(
    `  ${without === 'ok' ? 'ok    ' : 'FAILED'}  starts without limits where the user permits it: ${without}`,
  );
  const failed = [
    ...(held ? [] : ['refuses to start']),
    ...(without === 'ok' ? [] : ['starts without limits where the user permits it']),
  ];
  const facts = {
    name,
    version,
    apiVersion,
    storageDriver,
    cgroupVersion,
    rootless,
    refuses: expected.source,
  };
  return {
    date: new Date().toISOString().slice(0, 10),
    facts,
    passed: 2 - failed.length,
    failed,
  };
}

/** With an option and a settings file that agree; `ps` shows it. */
async function startsWithout(): Promise<string> {
  const limits = ['memory', 'swap', 'cpu', 'pids'];
  const option = ['--accept-missing', limits.join(',')];
  const alone = await run(['run', 'everything', ...option]);
  if (alone.code !== 2) return `the option alone ended with ${String(alone.code)}`;
  const folder = path.join(work, 'config', 'mcpcat');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ acceptMissing: limits }));
  try {
    const client = await talk(['everything', ...option]);
    const [shown] = JSON.parse((await run(['ps', '--json'])).stdout) as { lacking: string }[];
    await client.close();
    return shown?.lacking === limits.join(',') ? 'ok' : `ps shows ${String(shown?.lacking)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function keep(name: string, recorded: Recorded): void {
  const all = existsSync(recordFile)
    ? (JSON.parse(readFileSync(recordFile, 'utf8')) as Record<string, Recorded>)
    : {};
  const whole = options.only === undefined ? recorded : joined(all[name], recorded);
  const sorted = Object.entries({ ...all, [name]: whole }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(recordFile, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/** What one file has noted, in what a run of all files recorded; a failure stays out of the record and fails the run. */
function joined(before: Recorded | undefined, { facts, failed }: Recorded): Recorded {
  if (before === undefined) throw new Error('--only --record needs a record of all files first');
  return failed.length > 0 ? before : { ...before, facts: { ...before.facts, ...facts } };
}
