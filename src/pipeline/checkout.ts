import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from '../lib/child-environment.ts';
import type { Builder, Checkout } from '../attest/provenance.ts';

/** Variables of the environment. */
export type Env = Readonly<Record<string, string | undefined>>;

const run = promisify(execFile);

/** The folder's Git repository and its commit; undefined where there is none, or no Git. `files` are absolute paths. */
export async function checkoutOf(
  folder: string,
  { files, env }: { readonly files: readonly string[]; readonly env: Env },
): Promise<Checkout | undefined> {
  const commit = await git(folder, ['rev-parse', '--verify', 'HEAD'], env);
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const status = await git(folder, ['status', '--porcelain', '--', ...files], env);
  const { GITHUB_REPOSITORY: name, GITHUB_REF: ref } = env;
  const ours = name !== undefined && env['GITHUB_SHA'] === commit;
  return {
    repository: ours ? `${serverOf(env)}/${name}` : undefined,
    ref: ours ? ref : undefined,
    commit,
    // What can't be told counts as changed.
    changed: status !== '',
  };
}

/** Undefined if Git is not there or fails. */
async function git(folder: string, args: readonly string[], env: Env): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['-C', folder, ...args], {
      env: childEnvironment(env),
      timeout: 20_000,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function serverOf(env: Env): string {
  return env['GITHUB_SERVER_URL'] || 'https://github.com';
}

/** Who builds: a run of a workflow (docs.github.com, "Default environment variables"), or this machine. */
export function builderOf(env: Env, version: string): Builder {
  const { GITHUB_WORKFLOW_REF: workflow, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  if (env['GITHUB_ACTIONS'] !== 'true' || workflow === undefined)
    return { id: 'https://mcpcat.dev/builder/local', version, invocation: undefined };
  const attempt = env['GITHUB_RUN_ATTEMPT'] || '1';
  const invocation =
    repository === undefined || id === undefined
      ? undefined
      : `${serverOf(env)}/${repository}/actions/runs/${id}/attempts/${attempt}`;
  return { id: `${serverOf(env)}/${workflow}`, version, invocation };
}
