import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { thisHost } from '../host/this-host.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { ResolveRequest } from './resolution.ts';
import { hostFor } from '../upstream/hosts.ts';
import { childEnvironment } from '../lib/child-environment.ts';

const Tool = z.object({
  version: z.string(),
  files: z.record(z.string(), z.object({ url: z.string(), sha256: z.string() })),
});

type UvRequest = Pick<ResolveRequest, 'templates' | 'store' | 'folder' | 'env' | 'before' | 'signal'>;

/** uv from its wheel, by the hash in `templates/tools/uv.json`; resolves to the path of the program. */
async function uvProgram({ templates, store, folder, signal }: UvRequest): Promise<string> {
  const { files } = Tool.parse(JSON.parse(await readFile(path.join(templates, 'tools', 'uv.json'), 'utf8')));
  const file = files[thisHost().platform];
  if (file === undefined) {
    throw new McpcatError(
      'lock-refused',
      `uv, which locks PyPI servers, is not known for ${thisHost().platform}`,
    );
  }
  const wheel = await store.get({
    url: file.url,
    hash: { algorithm: 'sha256', hex: file.sha256 },
    subject: 'uv',
    signal,
  });
  const inside = unzipSync(await readFile(wheel), { filter: ({ name }) => name.endsWith('/scripts/uv') });
  const program = path.join(folder, 'uv');
  await writeFile(program, Object.values(inside)[0] ?? new Uint8Array(), { mode: 0o755 });
  return program;
}

/** `uv pip compile`: the whole tree as requirements with the hashes of every file. Wheels only. */
export async function compileRequirements(
  request: UvRequest,
  requirements: readonly string[],
): Promise<string> {
  const { folder, env, signal } = request;
  const program = await uvProgram(request);
  const input = path.join(folder, 'requirements.in');
  const [requirement = '', ...constraints] = requirements;
  const limits = path.join(folder, 'constraints.txt');
  await writeFile(input, `${requirement}\n`);
  // Constraints, not requirements: what is not needed anyway must not be drawn in by its exclusion.
  await writeFile(limits, constraints.map((line) => `${line}\n`).join(''));
  const args = [
    ...[
      'pip',
      'compile',
      input,
      '--constraints',
      limits,
      '--quiet',
      '--no-config',
      '--no-header',
      '--no-annotate',
      '--generate-hashes',
    ],
    ...['--python-version', '3.13', '--python-platform', 'x86_64-manylinux_2_40', '--only-binary', ':all:'],
    ...['--no-python-downloads', '--cache-dir', path.join(folder, 'uv-cache'), '--no-emit-index-url'],
  ];
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      maxBuffer: 64 << 20,
      signal,
      // Not as an argument, which everybody on this machine can read: it may hold a password.
      env: childEnvironment(env, { UV_DEFAULT_INDEX: `${hostFor('pypi', env)}/simple` }),
    });
    return stdout;
  } catch (error) {
    if (signal?.aborted === true) throw new McpcatError('cancelled', `pypi:${requirement}: cancelled`);
    throw uvFailure(error, requirement);
  }
}

function uvFailure(error: unknown, requirement: string): McpcatError {
  const detail = stderrOf(error).split('\n').filter(Boolean).slice(-20);
  const more = { detail, cause: error };
  // uv has one exit code for all of it, so its words have to do.
  if (detail.some((line) => /Failed to fetch|error sending request|HTTP status server error/.test(line))) {
    return new McpcatError('upstream-unavailable', `pypi:${requirement}: the index could not be read`, {
      hint: 'nothing was changed; try again later, or check the network and proxy settings',
      ...more,
    });
  }
  const reason = detail[0]?.trim() ?? messageOf(error);
  return new McpcatError(
    'lock-refused',
    `pypi:${requirement}: uv finds no set of wheels for Python 3.13 (${reason})`,
    {
      hint: 'a dependency without a wheel would have to run its build script; choose a version whose tree has wheels',
      ...more,
    },
  );
}

function stderrOf(error: unknown): string {
  const text: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'stderr') : undefined;
  return typeof text === 'string' ? text : '';
}
