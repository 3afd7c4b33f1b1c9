import { McpcatError } from '../../lib/errors.ts';
import { askHelper } from './credential-helper.ts';
import { anonymous, type Credentials } from './credentials.ts';
import { readDockerConfig, type DockerConfig } from './docker-config.ts';
import { Secret } from './secret.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Who we are to a host: MCPCAT_REGISTRY_USER and MCPCAT_REGISTRY_PASSWORD for the host that MCPCAT_REGISTRY names and
 * no other; else by docker's own rules: its helper in `credHelpers`, else `credsStore`, else `auths`. A helper
 * that fails leaves us anonymous with the reason: public images need nobody, and the error of a registry that does
 * want somebody will show it.
 */
export async function findCredentials(host: string, env: Env): Promise<Credentials> {
  const given = inEnvironment(host, env);
  if (given !== undefined) return given;
  const config = await readDockerConfig(env);
  const helper = config.credHelpers?.[host] ?? config.credsStore;
  const asked = helper === undefined || helper === '' ? anonymous : await askGently(helper, host, env);
  if (asked.kind !== 'anonymous') return asked;
  return inFile(config, host) ?? asked;
}

function inEnvironment(host: string, env: Env): Credentials | undefined {
  const { MCPCAT_REGISTRY: place, MCPCAT_REGISTRY_USER: username, MCPCAT_REGISTRY_PASSWORD: password } = env;
  if (!place || !username || !password) return undefined;
  if (place.split('/')[0]?.toLowerCase() !== host) return undefined;
  return { kind: 'password', username, password: new Secret(password) };
}

async function askGently(helper: string, host: string, env: Env): Promise<Credentials> {
  try {
    return await askHelper(helper, serverName(host), { env });
  } catch (error) {
    if (error instanceof McpcatError) return { kind: 'anonymous', why: error.message };
    throw error;
  }
}

/** Under which docker keeps the credentials of Docker Hub. */
function serverName(host: string): string {
  return host === 'docker.io' ? 'https://index.docker.io/v1/' : host;
}

function inFile(config: DockerConfig, host: string): Credentials | undefined {
  const auths = Object.entries(config.auths ?? {});
  const found =
    auths.find(([key]) => key === serverName(host)) ?? auths.find(([key]) => hostIn(key) === host);
  if (found === undefined) return undefined;
  const { auth, username, password, identitytoken, registrytoken } = found[1];
  if (registrytoken) return { kind: 'bearer', token: new Secret(registrytoken) };
  if (identitytoken) return { kind: 'identity', token: new Secret(identitytoken) };
  if (auth) return decoded(auth);
  if (username && password) return { kind: 'password', username, password: new Secret(password) };
  return undefined;
}

/** Keys are hosts, or addresses of old registries: `https://example.com/v1/`. */
function hostIn(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return ['index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host.toLowerCase();
}

/** `auth` is base64 of `user:password`. */
function decoded(auth: string): Credentials | undefined {
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon <= 0) return undefined;
  return {
    kind: 'password',
    username: pair.slice(0, colon),
    password: new Secret(pair.slice(colon + 1).replace(/\0+$/, '')),
  };
}
