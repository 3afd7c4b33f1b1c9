import { spawnSync } from 'node:child_process';
import path from 'node:path';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface IndexCheck {
  /** The top of a git repository with a catalog. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly mcpcat: (args: readonly string[]) => Promise<Ended>;
}

const written = ['catalog.json', 'catalog.json.sigstore.json', 'catalog.tools', 'docs/catalog.md'];

/** What is wrong, for people; undefined: nothing. `notice` is worth saying all the same. */
export interface IndexVerdict {
  readonly fault?: string;
  readonly notice?: string;
}

/**
 * What `mcpcat index` writes is written on `main` alone, by the workflow `rebuild`. So a change that leaves those files
 * alone may leave them behind the entries: otherwise every pull request for an entry would have to write the same lines
 * as all others. Every entry must be one that can be listed, and the files such that this mcpcat can read them. A change
 * that touches them must have them right, to the byte: they say what servers may do.
 */
export async function checkIndex(check: IndexCheck): Promise<IndexVerdict> {
  const { folder, mcpcat } = check;
  const catalog = path.join(folder, 'catalog');
  const page = path.join(folder, 'docs/catalog.md');
  const checked = await mcpcat(['index', '--catalog', catalog, '--page', page, '--check', '--json']);
  if (checked.code > 1) return { fault: `${textOf(checked)}mcpcat index failed` };
  const { current, problems } = JSON.parse(checked.stdout) as { current: boolean; problems: number };
  if (problems > 0) return { fault: `${textOf(checked)}some of the catalog can not be listed` };
  if (current) return {};
  if (touched(check))
    return {
      fault: `${textOf(checked)}this change touches what mcpcat index writes: leave it as main has it, or write it with mcpcat index --page docs/catalog.md`,
    };
  const read = await mcpcat(['list', '--catalog', path.join(folder, 'catalog.json')]);
  if (read.code !== 0) return { fault: `${textOf(read)}catalog.json can not be read` };
  return { notice: 'catalog.json is behind the entries; rebuild writes it on main' };
}

function textOf({ stdout, stderr }: Ended): string {
  return `${stdout}${stderr}`;
}

/** Also by what is not committed yet. What can't be told counts as touched. */
function touched(check: IndexCheck): boolean {
  const from = base(check);
  if (from === undefined || git(check, ['diff', '--quiet', from, '--', ...written]) === undefined)
    return true;
  return git(check, ['ls-files', '--others', '--exclude-standard', '--', ...written]) !== '';
}

/** What the change began from: of a pull request on GitHub the first parent of its merge, else where `main` was left. */
function base(check: IndexCheck): string | undefined {
  const { GITHUB_BASE_REF: target = '' } = check.env;
  if (target !== '') return commit(check, 'HEAD^1');
  const trunk = commit(check, 'origin/main') ?? commit(check, 'main');
  return trunk === undefined ? undefined : git(check, ['merge-base', 'HEAD', trunk])?.trim();
}

function commit(check: IndexCheck, revision: string): string | undefined {
  return git(check, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])?.trim();
}

/** Undefined if it failed. */
function git({ folder, env }: IndexCheck, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, env: { ...env }, encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}
