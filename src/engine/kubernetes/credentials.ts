import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Env, Host } from '../../host/host.ts';
import { codeOf } from '../../lib/error-code.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { addressText } from '../../lib/ip-address.ts';
import type { ClusterAccess, Credentials, Server } from './access.ts';
import { inCluster } from './address.ts';
import { chooseContext, type Cluster, type KubeconfigFile, type User } from './kubeconfig.ts';

interface Surroundings {
  readonly env: Env;
  readonly host: Host;
}

/** Access, and a digest of all that it was made of: another one as soon as a file says something else. */
interface FoundAccess extends ClusterAccess {
  readonly madeOf: string;
}

/** Access by a context of the kubeconfig, or by the pod's own service account. Nothing is sent. */
export function accessOf(context: string, surroundings: Surroundings): FoundAccess {
  if (context === inCluster) {
    const own = ownAccount(surroundings.env);
    return { ...own, madeOf: digestOf(own.server) };
  }
  const { cluster, user } = chooseContext(filesOf(surroundings), context);
  const server = serverOf(cluster);
  const pair = pairOf(user);
  const credentials = credentialsOf(user, { ...surroundings, server, pair });
  return { server, ...credentials, madeOf: digestOf([server, user, pair]) };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** `KUBECONFIG` may name several; the usual one otherwise. */
function filesOf({ env, host }: Surroundings): readonly KubeconfigFile[] {
  const given = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  const files = given.length > 0 ? given : [path.join(host.home(env), '.kube', 'config')];
  const found = files.flatMap((file) => {
    try {
      return [{ file, text: readFileSync(file, 'utf8') }];
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw new McpcatError('io-failed', `${file}: ${messageOf(error)}`, { cause: error });
    }
  });
  if (found.length > 0) return found;
  throw new McpcatError('engine-missing', `found no kubeconfig: looked for ${files.join(', ')}`, {
    hint: 'name it in KUBECONFIG',
  });
}

/** Relative paths begin where the file is that names them. */
function fileBeside(file: string, name: string): string {
  const place = path.resolve(path.dirname(file), name);
  try {
    return readFileSync(place, 'utf8');
  } catch (error) {
    throw new McpcatError('usage', `${file}: it names ${place}, which can't be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function pem(file: string, data: string | undefined, name: string | undefined): string | undefined {
  if (data !== undefined) return Buffer.from(data, 'base64').toString();
  return name === undefined ? undefined : fileBeside(file, name);
}

function serverOf(cluster: Cluster & { readonly file: string }): Server {
  return {
    url: new URL(cluster.server),
    ca: pem(cluster.file, cluster['certificate-authority-data'], cluster['certificate-authority']),
    serverName: cluster['tls-server-name'],
  };
}

/** The client certificate with its key, or neither. */
function pairOf(user: User & { readonly file: string }): Credentials {
  const { file } = user;
  const cert = pem(file, user['client-certificate-data'], user['client-certificate']);
  const key = pem(file, user['client-key-data'], user['client-key']);
  if ((cert === undefined) !== (key === undefined))
    throw new McpcatError('usage', `${file}: expected client-certificate and client-key together, found one`);
  return cert === undefined || key === undefined ? {} : { cert, key };
}

function credentialsOf(
  user: User & { readonly file: string },
  { pair, ...surroundings }: Surroundings & { readonly server: Server; readonly pair: Credentials },
): Omit<ClusterAccess, 'server'> {
  const { file, exec, token, tokenFile } = user;
  if (exec !== undefined) {
    const plugin = import('./exec-plugin.ts').then(
      ({ ExecPlugin }) => new ExecPlugin(exec, { ...surroundings, file }),
    );
    plugin.catch(() => undefined); // heard when it is asked
    return {
      credentials: async () => ({ ...pair, ...(await (await plugin).credentials()) }),
      refused: async (used) => (await plugin).forget(used),
    };
  }
  if (tokenFile !== undefined)
    return { credentials: async () => ({ ...pair, token: tokenIn(fileBeside(file, tokenFile), tokenFile) }) };
  return { credentials: () => Promise.resolve({ ...pair, ...(token === undefined ? {} : { token }) }) };
}

/** Where the kubelet puts it; the token is renewed there. */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

function ownAccount(env: Env): ClusterAccess {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']];
  if (!host || !port)
    throw new McpcatError(
      'engine-missing',
      `this process runs in no pod: KUBERNETES_SERVICE_HOST is not set`,
      {
        hint: 'name a context of your kubeconfig instead',
      },
    );
  const url = new URL(`https://${addressText(host)}:${port}`);
  return {
    server: { url, ca: fileBeside(`${accountFolder}/.`, 'ca.crt'), serverName: undefined },
    credentials: async () => ({ token: tokenIn(fileBeside(`${accountFolder}/.`, 'token'), accountFolder) }),
  };
}

/** Without it we would ask as nobody, and be told that nobody may. */
function tokenIn(content: string, file: string): string {
  const token = content.trim();
  if (token !== '') return token;
  throw new McpcatError('engine-denied', `expected a token in ${file}, found an empty file`);
}
