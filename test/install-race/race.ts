/**
 * `npm run test:install-race [ROUNDS]`: a random editor writes into a client's file while `install` does. No edit that
 * was done may be lost, and no file may be half; `install` either writes or says that somebody else did. Most rounds
 * call what `install` calls, every twentieth runs the program. The editor itself may write what it read before:
 * what it loses of ours is counted, and is not ours to prevent.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { clientFile } from '../../src/clients/client-files.ts';
import { knownClients } from '../../src/clients/known-clients.ts';
import { readServers } from '../../src/clients/text/edit.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { apply } from '../../src/install/apply.ts';
import { planInstall, type Target } from '../../src/install/plan.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { mcpcat } from '../rig/engine.ts';

const rounds = Number(process.argv[2] ?? 500);
const host = hostOf(thisMachine());
const work = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-race-'));
const files: Readonly<Record<string, readonly [comment: string, text: string]>> = {
  cursor: [
    '//',
    '{\n  "mcpServers": {\n    "other": { "command": "npx", "args": ["-y", "other"] }\n  }\n}\n',
  ],
  codex: ['#', 'model = "x"\n\n[mcp_servers.other]\ncommand = "npx"\nargs = ["-y", "other"]\n'],
  goose: [
    '#',
    'GOOSE_MODE: auto\nextensions:\n  other:\n    type: stdio\n    cmd: npx\n    args: [-y, other]\n',
  ],
};

type Outcome = 'written' | 'refused';

interface Round {
  readonly home: string;
  readonly file: string;
  readonly target: Target;
}

async function inProcess({ home, target }: Round, number: number): Promise<Outcome> {
  const start = { command: '/opt/mcpcat/bin/mcpcat', args: ['run', 'time', String(number)], env: {} };
  const places = { folder: path.join(home, 'history'), host };
  return outcomeOf(async () => {
    const change = await planInstall(target, [{ name: 'time', start }]);
    // A person looks at the difference.
    await wait(number % 30);
    await apply([change], 'install time', places);
  });
}

async function outcomeOf(install: () => Promise<void>): Promise<Outcome> {
  try {
    await install();
    return 'written';
  } catch (error) {
    // A file is half only while its editor writes into it, and then install says that it does not parse.
    if (error instanceof McpcatError && /^client-file-(changed|invalid)$/.test(error.code)) return 'refused';
    throw error;
  }
}

async function ownProcess({ home, target }: Round): Promise<Outcome> {
  const args = [mcpcat, 'install', 'time', '--client', target.client.id, '--yes'];
  const env = { ...process.env, HOME: home, NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, cwd: home }, (error, _stdout, stderr) => {
      if (error === null) return resolve('written');
      if (/written by somebody else|expected|not TOML|not YAML/.test(stderr)) return resolve('refused');
      reject(new Error(stderr));
    });
  });
}

function begin(number: number): Round & { readonly comment: string } {
  const id = Object.keys(files)[number % Object.keys(files).length] ?? '';
  const client = knownClients.find((one) => one.id === id);
  const [comment, text] = files[id] ?? ['#', ''];
  if (client === undefined) throw new Error(`Internal error: no client ${id}`);
  const home = mkdtempSync(path.join(work, `${id}-`));
  const around = { host, env: { HOME: home }, cwd: home, exists: () => false };
  const file = clientFile(client, 'user', around) ?? '';
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { home, file, comment, target: { client, scope: 'user', around } };
}

/** The edits that were done: number and way of each. */
async function stopped(editor: ChildProcess, printed: () => string): Promise<readonly string[]> {
  editor.stdin?.end();
  if (editor.exitCode === null) await once(editor, 'close');
  if (editor.exitCode !== 0) throw new Error(`the editor ended with ${String(editor.exitCode)}`);
  return printed().trim().split('\n');
}

interface Seen {
  readonly outcome: Outcome;
  readonly edits: number;
  readonly lost: readonly string[];
  /** The editor wrote what it had read before. */
  readonly isOursGone: boolean;
}

async function round(number: number): Promise<Seen> {
  const own = begin(number);
  const { file, target, comment } = own;
  const editor = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'editor.ts'), file, comment, String(number + 1)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let text = '';
  editor.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(editor.stdout, 'data');
  const outcome = number % 20 === 0 ? await ownProcess(own) : await inProcess(own, number);
  const done = await stopped(editor, () => text);
  const after = readFileSync(file, 'utf8');
  const lost = done.filter((edit) => !after.includes(`${comment} edit ${edit.split(' ')[0] ?? ''}\n`));
  const { format, place } = target.client;
  const servers = readServers(format, after, place);
  if (!servers.has('other')) throw new Error(`round ${String(number)}: the other server is gone\n${after}`);
  const left = readdirSync(path.dirname(file)).filter((name) => name.includes('mcpcat-tmp'));
  if (left.length > 0) throw new Error(`round ${String(number)}: left behind: ${left.join(', ')}`);
  rmSync(own.home, { recursive: true });
  return { outcome, edits: done.length, lost, isOursGone: outcome === 'written' && !servers.has('time') };
}

const seen: Seen[] = [];
try {
  for (let number = 0; number < rounds; number += 1) seen.push(await round(number));
} finally {
  rmSync(work, { recursive: true, force: true });
}
const lost = seen.filter((one) => one.lost.length > 0);
const count = (outcome: Outcome): string => String(seen.filter((one) => one.outcome === outcome).length);
process.stdout.write(
  `${String(seen.length)} rounds, ${String(seen.reduce((sum, { edits }) => sum + edits, 0))} edits beside them: ` +
    `${count('written')} written, ${count('refused')} refused because of an edit; ` +
    `${String(seen.filter(({ isOursGone }) => isOursGone).length)} entries that the editor wrote over; ` +
    `edits lost in ${String(lost.length)} rounds${lost.map((one) => `: ${one.lost.join(', ')}`).join('')}\n`,
);
process.exitCode = lost.length === 0 ? 0 : 1;
