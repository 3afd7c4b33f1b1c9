/**
 * `npm run test:clients`: clients' own programs list and start what `install` writes, and `clients` reads what they
 * write. Not among the ordinary tests: they are 2 GB from npm; CLIENTS names a folder whose node_modules has them
 * already. Each runs in a home and a network namespace of its own, so that none calls home.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { run, type Ran } from '../rig/engine.ts';
import { npmInstall } from '../rig/npm-install.ts';

interface Program {
  /** In `mcpcat clients`. */
  readonly id: string;
  readonly package: string;
  /** A script of the package that puts its program for this machine in its place, below node_modules. */
  readonly prepare?: string;
  readonly command: string;
  /** The folder by which mcpcat knows that it is here. */
  readonly folder: string;
  /** After `mcp add`. */
  readonly add: readonly string[];
  /** What its list says of a server: that it has started it, or only that it has it. */
  readonly shows: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

const theirs = ['npx', '-y', 'some-server'];
const programs: readonly Program[] = [
  {
    id: 'gemini-cli',
    package: '@google/gemini-cli@0.61.0',
    command: 'gemini',
    folder: '.gemini',
    add: ['--scope', 'user', 'other', ...theirs],
    shows: /time: \S+mcpcat run time \(stdio\) - Connected/,
    // It starts nothing in a folder that nobody has trusted.
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  {
    id: 'qwen-code',
    package: '@qwen-code/qwen-code@0.24.4',
    command: 'qwen',
    folder: '.qwen',
    add: ['--scope', 'user', 'other', ...theirs],
    shows: /time: \S+mcpcat run time \(stdio\) - Connected/,
  },
  {
    id: 'codex',
    package: '@openai/codex@0.171.0',
    command: 'codex',
    folder: '.codex',
    add: ['other', '--', ...theirs],
    shows: /time +\S+mcpcat +run time .*enabled/,
  },
  {
    id: 'copilot-cli',
    package: '@github/copilot@1.0.102',
    command: 'copilot',
    folder: '.copilot',
    add: ['other', '--', ...theirs],
    shows: /User servers:\s+time \(local\)/,
  },
  {
    id: 'claude-code',
    package: '@anthropic-ai/claude-code@2.1.332',
    prepare: '@anthropic-ai/claude-code/install.cjs',
    command: 'claude',
    folder: '.claude',
    add: ['--scope', 'user', 'other', '--', ...theirs],
    shows: /time: \S+mcpcat run time - \S+ Connected/,
  },
  {
    id: 'opencode',
    package: 'opencode-ai@1.18.33',
    prepare: 'opencode-ai/postinstall.mjs',
    command: 'opencode',
    folder: '.config/opencode',
    add: ['other', '--', ...theirs],
    // oxlint-disable-next-line no-control-regex -- it writes colours whatever it is told
    shows: /time (?:\u001B\[\d+m)?connected/,
  },
  {
    id: 'auggie',
    package: '@augmentcode/auggie@0.36.0',
    command: 'auggie',
    folder: '.augment',
    add: ['other', '--command', 'npx', '--args', '-y some-server'],
    // It only lists, and cuts what is long.
    shows: /time +stdio +\//,
  },
];

const timeout = 600_000;
const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-programs-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const installed = process.env['CLIENTS'] ?? folder;

before(
  () => {
    if (installed !== folder) return;
    npmInstall(
      folder,
      programs.map((program) => program.package),
    );
    for (const { prepare } of programs)
      if (prepare !== undefined)
        execFileSync(process.execPath, [path.join(folder, 'node_modules', prepare)], { stdio: 'ignore' });
  },
  { timeout },
);

/** Without a route; loopback is theirs alone. */
function start(program: Program, home: string, args: readonly string[]): Promise<Ran> {
  const own = process.getuid?.() === 0 ? ['--net'] : ['--map-root-user', '--net'];
  const command = path.join(installed, 'node_modules/.bin', program.command);
  const env = {
    HOME: home,
    PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
    NO_COLOR: '1',
    ...program.env,
  };
  return new Promise((resolve) => {
    const words = [...own, 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh', command, ...args];
    const child = execFile(
      'unshare',
      words,
      { env, cwd: home, timeout: 120_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

interface Listed {
  readonly id: string;
  readonly servers: readonly { readonly name: string; readonly starts: string; readonly isOurs: boolean }[];
}

for (const program of programs) {
  const { id } = program;
  test(
    `${id} lists what install wrote, clients reads what it writes, and neither touches the other`,
    { timeout },
    async () => {
      const home = mkdtempSync(path.join(folder, `${id}-`));
      mkdirSync(path.join(home, program.folder), { recursive: true });
      const env = { HOME: home };
      const put = await run(['install', 'time', '--client', id, '--yes'], { env });
      assert.equal(put.code, 0, put.stderr);
      // What is made once in a home is made here: a client gives a server five or ten seconds.
      assert.equal((await run(['call', 'time', 'get_current_time', 'timezone=UTC'], { env })).code, 0);
      const list = await start(program, home, ['mcp', 'list']);
      assert.match(list.stdout + list.stderr, program.shows);
      const added = await start(program, home, ['mcp', 'add', ...program.add]);
      assert.equal(added.code, 0, added.stderr);
      const { stdout } = await run(['clients', '--json'], { env });
      const client = (JSON.parse(stdout) as Listed[]).find((one) => one.id === id);
      assert.deepEqual(client?.servers.map(({ name, starts, isOurs }) => [name, starts, isOurs]).toSorted(), [
        ['other', theirs.join(' '), false],
        ['time', 'mcpcat run time', true],
      ]);
      const taken = await run(['uninstall', 'time', '--client', id, '--yes'], { env });
      assert.equal(taken.code, 0, taken.stderr);
      const afterwards = await start(program, home, ['mcp', 'list']);
      assert.match(afterwards.stdout + afterwards.stderr, /other/);
      assert.doesNotMatch(afterwards.stdout + afterwards.stderr, /mcpcat run time|time \(local\)/);
      assert.doesNotMatch(afterwards.stdout + afterwards.stderr, program.shows);
    },
  );
}
