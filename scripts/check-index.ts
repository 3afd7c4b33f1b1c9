/**
 * What `mcpcat index` writes is written on `main` alone, by the workflow `rebuild`. So a change that leaves those files
 * alone may leave them behind the entries: otherwise every pull request for an entry would have to write the same lines
 * as all others. Every entry must be one that can be listed, and the files such that this mcpcat can read them. A change
 * that touches them must have them right, to the byte: they say what servers may do.
 *
 * Works in the repository of the working folder.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const main = path.resolve(import.meta.dirname, '../src/main.ts');
const written = ['catalog.json', 'catalog.tools', 'docs/catalog.md'];

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function call(command: string, args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { status: status ?? 3, stdout, stderr };
}

function mcpcat(...args: readonly string[]): Ended {
  return call(process.execPath, [main, ...args]);
}

function commit(revision: string): string | undefined {
  const { status, stdout } = call('git', ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  return status === 0 ? stdout.trim() : undefined;
}

/** What the change began from: of a pull request on GitHub the first parent of its merge, else where `main` was left. */
function base(): string | undefined {
  if (process.env['GITHUB_BASE_REF'] !== undefined && process.env['GITHUB_BASE_REF'] !== '')
    return commit('HEAD^1');
  const trunk = commit('origin/main') ?? commit('main');
  return trunk === undefined ? undefined : call('git', ['merge-base', 'HEAD', trunk]).stdout.trim();
}

/** Also by what is not committed yet. What can't be told counts as touched. */
function touched(): boolean {
  const from = base();
  if (from === undefined || call('git', ['diff', '--quiet', from, '--', ...written]).status !== 0)
    return true;
  return call('git', ['ls-files', '--others', '--exclude-standard', '--', ...written]).stdout !== '';
}

function fail({ stdout, stderr }: Ended, why: string): never {
  process.stdout.write(`${stdout}${stderr}${why}\n`);
  process.exit(1);
}

const checked = mcpcat('index', '--catalog', 'catalog', '--page', 'docs/catalog.md', '--check', '--json');
if (checked.status > 1) fail(checked, 'mcpcat index failed');
const { current, problems } = JSON.parse(checked.stdout) as { current: boolean; problems: number };
if (problems > 0) fail(checked, 'some of the catalog can not be listed');
if (!current) {
  if (touched())
    fail(
      checked,
      'this change touches what mcpcat index writes: leave it as main has it, or write it with mcpcat index --page docs/catalog.md',
    );
  const read = mcpcat('list', '--catalog', 'catalog.json');
  if (read.status !== 0) fail(read, 'catalog.json can not be read');
  process.stdout.write('catalog.json is behind the entries; rebuild writes it on main\n');
}
