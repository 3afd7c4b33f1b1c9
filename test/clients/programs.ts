/**
 * `npm run test:clients`: clients' own programs list and start what `install` writes, and `clients` reads what they
 * write. Not among the ordinary tests: they are 3 GB from npm and PyPI; CLIENTS names a folder with them already
 * (`node_modules` from npm, `NAME/bin` from PyPI), PYTHON the Python for those (3.12 or later), ONLY some ids. Each runs
 * in a home and a network namespace of its own, so that none calls home.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { knownClients } from '../../src/clients/known-clients.ts';
import { mcpcat, type Ran } from '../rig/engine.ts';
import { npmInstall } from '../rig/npm-install.ts';
import { programs, theirs, type Program } from './known-programs.ts';

const timeout = 900_000;
const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-programs-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const installed = process.env['CLIENTS'] ?? folder;
const only = process.env['ONLY']?.split(',');
const chosen = programs.filter(({ id }) => only?.includes(id) ?? true);

before(
  () => {
    if (installed !== folder) return;
    const packages = chosen.map((program) => program.package);
    npmInstall(folder, packages.flatMap(from('npm')));
    for (const { prepare } of chosen)
      if (prepare !== undefined)
        execFileSync(process.execPath, [path.join(folder, 'node_modules', prepare)], { stdio: 'ignore' });
    for (const wanted of packages.flatMap(from('pypi'))) {
      const own = path.join(folder, wanted.replace(/==.*/, ''));
      execFileSync(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', own]);
      execFileSync(path.join(own, 'bin/pip'), ['install', '--quiet', wanted], { stdio: 'ignore' });
    }
  },
  { timeout },
);

function from(registry: 'npm' | 'pypi'): (text: string) => string[] {
  return (text) => (text.startsWith(`${registry}:`) ? [text.slice(registry.length + 1)] : []);
}

function programFile(program: Program): string {
  const [, name] = /^pypi:([^=]+)/.exec(program.package) ?? [];
  const place = name === undefined ? 'node_modules/.bin' : `${name}/bin`;
  return path.join(installed, place, program.command);
}

/** Without a route; loopback is theirs alone. */
function start(program: Program, home: string, args: readonly string[]): Promise<Ran> {
  const own = process.getuid?.() === 0 ? ['--net'] : ['--map-root-user', '--net'];
  const env = {
    HOME: home,
    PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
    NO_COLOR: '1',
    ...program.env,
  };
  const words = [...own, 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh', programFile(program), ...args];
  return finished('unshare', words, { env, cwd: home, timeout: 180_000 });
}

/** In the home, which is the project of who has no file of the user. */
function ours(home: string, args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, NO_COLOR: '1', HOME: home };
  return finished(process.execPath, [mcpcat, ...args], { env, cwd: home });
}

function finished(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly timeout?: number },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });
}

interface Listed {
  readonly id: string;
  readonly servers: readonly { readonly name: string; readonly starts: string; readonly isOurs: boolean }[];
}

/** What `mcpcat clients` says that the client starts. */
async function read(home: string, id: string): Promise<readonly (readonly [string, string, boolean])[]> {
  const { stdout } = await ours(home, ['clients', '--json']);
  const client = (JSON.parse(stdout) as Listed[]).find((one) => one.id === id);
  return (client?.servers ?? [])
    .map(({ name, starts, isOurs }) => [name, starts, isOurs] as const)
    .toSorted(([one], [other]) => one.localeCompare(other));
}

/** Whether it lists the server or has started it, and what it printed. */
async function uses(program: Program, home: string): Promise<readonly [boolean, string]> {
  // Each start of mcpcat leaves it, wherever its client sends the rest.
  const left = path.join(home, '.local/share/mcpcat/last-start/time.json');
  rmSync(left, { force: true });
  const { stdout, stderr } = await start(program, home, program.list);
  if (program.end !== undefined) await start(program, home, program.end);
  return [
    program.shows === undefined ? existsSync(left) : program.shows.test(stdout + stderr),
    stdout + stderr,
  ];
}

test('every client that the table says was run is run here', () => {
  const run = knownClients.filter(({ proof }) => proof === 'run').map(({ id }) => id);
  assert.deepEqual(programs.map(({ id }) => id).toSorted(), run.toSorted());
});

for (const program of chosen) {
  const { id, add } = program;
  const title = add === undefined ? '' : ', clients reads what it writes, and neither touches the other';
  test(`${id} takes what install wrote${title}`, { timeout }, async () => {
    const home = mkdtempSync(path.join(folder, `${id}-`));
    if (program.folder !== undefined) mkdirSync(path.join(home, program.folder), { recursive: true });
    for (const [file, text] of Object.entries(program.files ?? {}))
      writeFileSync(path.join(home, file), text);
    const scope = program.folder === undefined ? ['--scope', 'project'] : [];
    const put = await ours(home, ['install', 'time', '--client', id, ...scope, '--yes']);
    assert.equal(put.code, 0, put.stderr);
    // What is made once in a home is made here: a client gives a server five or ten seconds.
    assert.equal((await ours(home, ['call', 'time', 'get_current_time', 'timezone=UTC'])).code, 0);
    const [isUsed, said] = await uses(program, home);
    assert.ok(isUsed, said);
    if (add !== undefined) {
      const added = await start(program, home, add);
      assert.equal(added.code, 0, added.stderr);
    }
    const own = ['time', 'mcpcat run time', true] as const;
    const other = ['other', theirs.join(' '), false] as const;
    assert.deepEqual(await read(home, id), add === undefined ? [own] : [other, own]);
    const taken = await ours(home, ['uninstall', 'time', '--client', id, ...scope, '--yes']);
    assert.equal(taken.code, 0, taken.stderr);
    assert.deepEqual(await read(home, id), add === undefined ? [] : [other]);
    const [isStillUsed, saidThen] = await uses(program, home);
    assert.ok(!isStillUsed, saidThen);
    if (add !== undefined && program.list.includes('list')) assert.match(saidThen, /other/);
  });
}
