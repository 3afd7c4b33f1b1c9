import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import type { NetworkSettings } from '../lib/proxy.ts';
import { mirrorVariables } from '../lib/mirrors.ts';
import { mirrorsOf } from '../settings/mirrors.ts';
import { networkOf } from '../settings/network.ts';
import { readSettings, type Settings } from '../settings/read.ts';
import type { Terminal } from './command.ts';

/** Commands that are nothing without the network: they say what of it can't be done, the others go on. */
const fetching = new Set([
  'add',
  'audit',
  'base',
  'build',
  'plan',
  'propose',
  'publish',
  'pull',
  'rebuild',
  'update',
]);

/**
 * What a command and the programs that it starts fetch from here on goes as the settings file or the environment say. A
 * broken settings file is the affair of those that need it, as what fetches does. Throws `usage` where a command that fetches can't do as asked.
 */
export async function prepareNetwork(
  verb: string,
  { env, host }: Pick<Terminal, 'env' | 'host'>,
): Promise<void> {
  const settings = readable(verb, { env, host });
  const network = networkOf(settings, env);
  useMirrors(settings);
  try {
    await fetchThrough(network);
    if (network !== undefined) tellPrograms(network, await authoritiesFor(network, { env, host }));
  } catch (error) {
    if (!(error instanceof McpcatError) || fetching.has(verb)) throw error;
  }
}

/**
 * Whatever fetches finds the mirrors of the settings files in the environment (upstream/hosts.ts), where they take the
 * place of those that were there.
 */
function useMirrors(settings: readonly Settings[]): void {
  Object.assign(process.env, mirrorVariables(mirrorsOf(settings)));
}

/** uv and go are told by the environment (child-environment.ts). */
function tellPrograms({ proxy, noProxy }: NetworkSettings, authorities: string | undefined): void {
  const variables = {
    HTTPS_PROXY: proxy,
    HTTP_PROXY: proxy,
    NO_PROXY: noProxy?.join(','),
    SSL_CERT_FILE: authorities === undefined ? undefined : path.join(authorities, 'all.pem'),
  };
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] ??= value;
}

/**
 * The same for a launch, and what its tunnel has to know. An image that is here starts all the same where nothing can be
 * fetched, and the tunnel has its own way.
 */
export async function networkForLaunch(
  settings: readonly Settings[],
  { env, stderr }: Pick<Terminal, 'env' | 'stderr'>,
): Promise<NetworkSettings | undefined> {
  const network = networkOf(settings, env);
  useMirrors(settings);
  await fetchThrough(network).catch((error: unknown) => {
    if (!(error instanceof McpcatError)) throw error;
    stderr.write(`mcpcat: nothing can be fetched as the settings say: ${error.message}\n`);
  });
  return network;
}

/** The folder of authorities that a server is handed; undefined if the user has named none. */
export async function authoritiesFor(
  network: NetworkSettings | undefined,
  { env, host }: Pick<Terminal, 'env' | 'host'>,
): Promise<string | undefined> {
  if (network?.ca === undefined) return undefined;
  const { writeAuthorities } = await import('../lib/write-authorities.ts');
  return writeAuthorities(network.ca, host.folders(env).cache);
}

async function fetchThrough(network: NetworkSettings | undefined): Promise<void> {
  if (network === undefined) return;
  const { useNetwork } = await import('../lib/use-network.ts');
  useNetwork(network);
}

/** What fetches must not go another way than a file says that can't be read. */
function readable(verb: string, places: Pick<Terminal, 'env' | 'host'>): readonly Settings[] {
  try {
    return readSettings(places);
  } catch (error) {
    if (!(error instanceof McpcatError) || fetching.has(verb)) throw error;
    return [];
  }
}
