import type { ConfigFormat, ServersPlace } from './config-text.ts';

/**
 * The servers of a file that is only read: no library of another format is loaded, and of TOML's two only the one that
 * reads. Throws as `ConfigText.read` does.
 */
export async function serversIn(
  format: ConfigFormat,
  text: string,
  place: ServersPlace,
): Promise<ReadonlyMap<string, unknown>> {
  switch (format) {
    case 'json':
      return (await import('./json-text.ts')).jsonText.read(text, place);
    case 'yaml':
      return (await import('./yaml-text.ts')).yamlText.read(text, place);
    case 'toml':
      return tomlIn(text, place);
  }
}

/** The other one says better where something is wrong. */
async function tomlIn(text: string, place: ServersPlace): Promise<ReadonlyMap<string, unknown>> {
  try {
    return new Map((await import('./toml-servers.ts')).tomlServers(text, place));
  } catch {
    return (await import('./toml-text.ts')).tomlText.read(text, place);
  }
}
