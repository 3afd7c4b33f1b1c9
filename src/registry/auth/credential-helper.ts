import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { z } from 'zod/mini';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { anonymous, type Credentials } from './credentials.ts';
import { Secret } from './secret.ts';
import { childEnvironment } from '../../lib/child-environment.ts';

/** What `docker-credential-X get` prints (docker/docker-credential-helpers). */
const Answer = z.object({ Username: z.string(), Secret: z.string() });

/** Where desktop installers put helpers: a launcher started by a GUI has a PATH without them. */
const usualFolders = ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', '/bin'];

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Asks `docker-credential-<helper> get` about a server. Anonymous if it knows none. Rejects with `registry-denied` if
 * it is missing, fails or is silent for `deadline` milliseconds; nothing that it prints is ever shown.
 */
export async function askHelper(
  helper: string,
  server: string,
  { env, deadline = 20_000 }: { readonly env: Env; readonly deadline?: number },
): Promise<Credentials> {
  const program = `docker-credential-${helper}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(helper)) throw helperFailed(program, 'its name is not allowed');
  const { code, output } = await runHelper(program, server, { env, deadline });
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return anonymous;
    throw helperFailed(program, `it ended with ${String(code)}`);
  }
  return credentialsIn(output, program);
}

async function runHelper(
  program: string,
  server: string,
  { env, deadline }: { readonly env: Env; readonly deadline: number },
): Promise<{ code: number; output: string }> {
  const PATH = [env['PATH'], ...usualFolders].filter(Boolean).join(':');
  const child = spawn(program, ['get'], {
    env: childEnvironment(env, { PATH }, 'credential-helper'),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), deadline);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => {
      reject(helperFailed(program, messageOf(error)));
    });
    child.once('exit', (code) => {
      if (code === null) reject(helperFailed(program, 'it did not answer in time'));
      else resolve(code);
      // A grandchild may hold the pipe open.
      setTimeout(() => child.stdout.destroy(), 500).unref();
    });
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(server);
  const output = text(child.stdout).catch(() => '');
  try {
    return { code: await ended, output: await output };
  } finally {
    clearTimeout(timer);
  }
}

function credentialsIn(output: string, program: string): Credentials {
  const answer = Answer.safeParse(jsonOf(output));
  if (!answer.success) throw helperFailed(program, 'its answer is not the JSON that was expected');
  const { Username: username, Secret: secret } = answer.data;
  // docker's convention for an OAuth2 refresh token.
  if (username === '<token>') return { kind: 'identity', token: new Secret(secret) };
  return { kind: 'password', username, password: new Secret(secret) };
}

function jsonOf(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function helperFailed(program: string, why: string): McpcatError {
  return new McpcatError('registry-denied', `${program}: expected credentials, but ${why}`, {
    hint: 'install it, or remove it from credsStore and credHelpers in docker’s config.json',
  });
}
