import { execFile } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import type { Env } from '../../host/host.ts';
import { childEnvironment } from '../../lib/child-environment.ts';
import { codeOf } from '../../lib/error-code.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Credentials } from './access.ts';
import type { ExecPlugin } from './kubeconfig.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** Milliseconds: it may ask a cloud, never a person. */
const timeoutMs = 60_000;
/** Milliseconds before a token's end at which another is fetched. */
const marginMs = 30_000;

const execCredential = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

interface Surroundings {
  readonly env: Env;
  /** The kubeconfig that names it: relative commands begin there. */
  readonly file: string;
}

/**
 * The credentials of a program that the kubeconfig names (client-go, "exec credential plugins"), kept until they expire.
 * It is never given a terminal: who has to log in does that before. Throws `engine-denied` where it fails.
 */
export function execPlugin(plugin: ExecPlugin, { env, file }: Surroundings): () => Promise<Credentials> {
  if (!versions.includes(plugin.apiVersion))
    throw new McpcatError(
      'usage',
      `${file}: the exec plugin ${plugin.command}: expected ${versions.join(' or ')}, found ${plugin.apiVersion}`,
    );
  let kept: { readonly credentials: Credentials; readonly until: number } | undefined;
  return async () => {
    if (kept !== undefined && Date.now() < kept.until - marginMs) return kept.credentials;
    const { status } = credentialIn(await outputOf(plugin, { env, file }), plugin);
    const credentials = {
      ...(status.token === undefined ? {} : { token: status.token }),
      ...(status.clientCertificateData === undefined ? {} : { cert: status.clientCertificateData }),
      ...(status.clientKeyData === undefined ? {} : { key: status.clientKeyData }),
    };
    const expires = status.expirationTimestamp;
    kept = { credentials, until: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires) };
    return credentials;
  };
}

function outputOf(plugin: ExecPlugin, { env, file }: Surroundings): Promise<string> {
  const { command, args, env: own } = plugin;
  const program = command.includes('/') ? path.resolve(path.dirname(file), command) : command;
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const given = {
    ...Object.fromEntries((own ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  const options = {
    env: childEnvironment(env, given, 'credential-helper'),
    timeout: timeoutMs,
    maxBuffer: 1 << 20,
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args ?? [], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(
        failed(plugin, codeOf(error) === 'ENOENT' ? 'there is no such program' : lastLine(stderr), error),
      );
    });
    child.stdin?.end();
  });
}

function credentialIn(text: string, plugin: ExecPlugin): z.infer<typeof execCredential> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failed(plugin, 'expected an ExecCredential as JSON');
  }
  const found = execCredential.safeParse(value);
  if (!found.success) throw failed(plugin, 'expected an ExecCredential with a status');
  return found.data;
}

function failed({ command, installHint }: ExecPlugin, why: string, cause?: unknown): McpcatError {
  return new McpcatError('engine-denied', `the exec plugin ${command} of the kubeconfig failed: ${why}`, {
    hint: installHint ?? 'run kubectl get pods once in a terminal: perhaps it wants a login',
    ...(cause === undefined ? {} : { cause }),
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) || 'it said nothing';
}
