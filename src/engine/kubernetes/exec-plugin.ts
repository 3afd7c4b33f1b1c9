import { execFile } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import type { Env } from '../../host/host.ts';
import { childEnvironment } from '../../lib/child-environment.ts';
import { codeOf } from '../../lib/error-code.ts';
import { McpcatError } from '../../lib/errors.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { Credentials, Server } from './access.ts';
import type { ExecPlugin as Named } from './kubeconfig.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** Milliseconds: it may ask a cloud, never a person. */
const defaultTimeoutMs = 60_000;
/** Milliseconds before a token's end at which another is fetched. */
const marginMs = 30_000;

const execCredential = z.object({
  apiVersion: z.string(),
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
  readonly server: Server;
  readonly timeoutMs?: number;
}

interface Kept {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * The credentials of a program that the kubeconfig names (client-go, "exec credential plugins"), kept until they expire
 * or are refused. It is run without a shell, with an environment of our choice and no terminal: who has to log in does
 * that before.
 */
export class ExecPlugin {
  readonly #plugin: Named;
  readonly #surroundings: Surroundings;
  /** One program for all that ask at once. */
  #asking: Promise<Kept> | undefined;

  /** Throws `usage` for another version of the protocol. */
  constructor(plugin: Named, surroundings: Surroundings) {
    if (!versions.includes(plugin.apiVersion))
      throw new McpcatError(
        'usage',
        `${surroundings.file}: the exec plugin ${plugin.command}: expected ${versions.join(' or ')}, found ${plugin.apiVersion}`,
      );
    this.#plugin = plugin;
    this.#surroundings = surroundings;
  }

  /** Rejects with `engine-denied` where it fails. */
  async credentials(): Promise<Credentials> {
    const before = this.#asking;
    if (before !== undefined) {
      const kept = await before;
      if (Date.now() < kept.until - marginMs) return kept.credentials;
      if (this.#asking === before) this.#asking = undefined;
    }
    const asking = (this.#asking ??= this.#ask());
    // What failed is no answer to the next who asks.
    asking.catch(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    return (await asking).credentials;
  }

  /** They were refused, with what the kubeconfig adds to them. Others, that somebody else has fetched since, are kept. */
  async forget(used: Credentials): Promise<void> {
    const asking = this.#asking;
    const kept = (await asking)?.credentials;
    if (this.#asking === asking && kept !== undefined && isPartOf(kept, used)) this.#asking = undefined;
  }

  async #ask(): Promise<Kept> {
    return keptOf(await outputOf(this.#plugin, this.#surroundings), this.#plugin);
  }
}

function isPartOf({ token, cert }: Credentials, used: Credentials): boolean {
  return (token === undefined || token === used.token) && (cert === undefined || cert === used.cert);
}

function outputOf(plugin: Named, surroundings: Surroundings): Promise<string> {
  const { env, file, timeoutMs = defaultTimeoutMs } = surroundings;
  const { command, args, env: own } = plugin;
  const program = command.includes('/') ? path.resolve(path.dirname(file), command) : command;
  const given = {
    ...Object.fromEntries((own ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(infoOf(plugin, surroundings.server)),
  };
  const options = { env: childEnvironment(env, given, 'credential-helper'), maxBuffer: 1 << 20 };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args ?? [], options, (error, stdout, stderr) => {
      clearTimeout(timer);
      if (error === null) return resolve(stdout);
      const why = codeOf(error) === 'ENOENT' ? 'there is no such program' : lastLine(stderr);
      reject(failed(plugin, why, error));
    });
    // Not left to execFile, which waits for whoever has its output, also a child of the program.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      reject(failed(plugin, `it has not answered within ${String(timeoutMs)} ms`));
    }, timeoutMs);
    child.stdin?.on('error', () => undefined).end();
  });
}

/** What it is asked (client.authentication.k8s.io/v1, ExecCredentialSpec). */
function infoOf({ apiVersion, provideClusterInfo }: Named, { url, ca, serverName }: Server): object {
  const cluster = {
    server: url.href.replace(/\/$/, ''),
    ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
  };
  const spec = { interactive: false, ...(provideClusterInfo === true ? { cluster } : {}) };
  return { apiVersion, kind: 'ExecCredential', spec };
}

function keptOf(text: string, plugin: Named): Kept {
  const { apiVersion, status } = credentialIn(text, plugin);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp: expires } = status;
  if (apiVersion !== plugin.apiVersion)
    throw failed(plugin, `expected an answer in ${plugin.apiVersion}, found ${apiVersion}`);
  if ((cert === undefined) !== (key === undefined))
    throw failed(plugin, 'expected clientCertificateData and clientKeyData together, found one');
  if (!token && !cert) throw failed(plugin, 'expected a token or a client certificate, found neither');
  const until = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
  if (Number.isNaN(until))
    throw failed(plugin, `expected expirationTimestamp as RFC 3339, found ${JSON.stringify(expires)}`);
  const pair = cert === undefined || key === undefined ? {} : { cert, key };
  return { credentials: { ...(token ? { token } : {}), ...pair }, until };
}

function credentialIn(text: string, plugin: Named): z.infer<typeof execCredential> {
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

function failed({ command, installHint }: Named, why: string, cause?: unknown): McpcatError {
  return new McpcatError('engine-denied', `the exec plugin ${command} of the kubeconfig failed: ${why}`, {
    hint: installHint ?? 'run kubectl get pods once in a terminal: perhaps it wants a login',
    ...(cause === undefined ? {} : { cause }),
  });
}

function lastLine(text: string): string {
  return oneLine(text.trim().split('\n').at(-1) ?? '', 300) || 'it said nothing';
}
