import type { NetworkSettings } from '../lib/proxy.ts';
import { McpcatError } from '../lib/errors.ts';
import { networkOf } from '../settings/network.ts';
import { readSettings, type Settings } from '../settings/read.ts';
import type { Terminal } from './command.ts';

/**
 * What is fetched from here on goes as the settings file or the environment say. A broken settings file is the affair of
 * the commands that need it; throws `usage` where what it asks for can't be done.
 */
export async function prepareNetwork({ env, host }: Pick<Terminal, 'env' | 'host'>): Promise<void> {
  await fetchThrough(networkOf(readable({ env, host }), env));
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

function readable(places: Pick<Terminal, 'env' | 'host'>): readonly Settings[] {
  try {
    return readSettings(places);
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return [];
  }
}
