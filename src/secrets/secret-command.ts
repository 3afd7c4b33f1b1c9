import { spawn } from 'node:child_process';
import { childEnvironment } from '../lib/child-environment.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { oneLine } from '../lib/plain-text.ts';
import type { SecretPlaces } from './file-store.ts';

/** The user's own program that turns a reference into a secret: its words, `{reference}` standing for the reference. */
export type SecretCommand = readonly string[];

/** Milliseconds: it may ask for a fingerprint. */
const answerMs = 60_000;
const maxBytes = 64 << 10;

/**
 * What the command prints, without the line's end. No shell is between. Throws `io-failed`; nothing that it prints on stdout is repeated.
 */
export async function referencedSecret(
  command: SecretCommand,
  reference: string,
  { env, host }: Pick<SecretPlaces, 'env' | 'host'>,
): Promise<string> {
  const [program = '', ...args] = withReference(command, reference);
  const child = spawn(program, args, {
    env: environmentOf(env),
    cwd: host.home(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const failed = (what: string): McpcatError =>
    new McpcatError('io-failed', `${reference}: the secretCommand ${program} ${what}`, {
      hint: 'see secretCommand in your settings file; a client may have no PATH, so a whole path is better',
    });
  const output = { bytes: 0, parts: [] as Buffer[], errors: '' };
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      reject(failed(what));
    };
    const timer = setTimeout(() => fail(`did not end within ${String(answerMs / 1000)} s`), answerMs);
    child.stdout.on('data', (part: Buffer) => {
      output.parts.push(part);
      output.bytes += part.length;
      if (output.bytes > maxBytes) fail(`printed more than ${String(maxBytes)} bytes`);
    });
    child.stderr.on('data', (part: Buffer) => {
      output.errors = (output.errors + part.toString()).slice(-500);
    });
    child.once('error', (error) => fail(`can't be started: ${messageOf(error)}`));
    child.once('close', (code) => {
      clearTimeout(timer);
      const said = oneLine(output.errors, 300);
      const value = Buffer.concat(output.parts)
        .toString('utf8')
        .replace(/\r?\n$/, '');
      if (code !== 0) fail(`ended with ${String(code ?? 'a signal')}${said === '' ? '' : `: ${said}`}`);
      else if (value === '' || value.includes('\0')) fail('printed nothing that is a secret');
      else resolve(value);
    });
  });
}

/** What programs that hand out credentials get, and what password managers are told by; nobody's tokens besides. */
const managers = /^(OP|BW|BWS|VAULT|BAO|GOPASS|LPASS|PASS|DASHLANE|DOPPLER|INFISICAL|KEEPER|KSM|SECRETHUB)_/;

function environmentOf(env: SecretPlaces['env']): Record<string, string> {
  const own = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && managers.test(name) ? [[name, value] as const] : [],
  );
  return childEnvironment(env, Object.fromEntries(own), 'credential-helper');
}

function withReference(command: SecretCommand, reference: string): readonly string[] {
  const named = command.some((word) => word.includes('{reference}'));
  const words = command.map((word) => word.replaceAll('{reference}', () => reference));
  return named ? words : [...words, reference];
}
