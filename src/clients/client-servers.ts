import type { Client, Scope } from './client.ts';
import { clientFile, clientPlace, type Surroundings } from './client-files.ts';
import { readConfig } from './config-file.ts';
import type { ServersPlace } from './text/config-text.ts';
import { serversIn } from './text/read-servers.ts';

/** What a client's file says of its servers, by name; empty without a file. Throws as `readConfig` and `serversIn` do. */
export async function clientServers(
  { format }: Client,
  file: string,
  place: ServersPlace,
): Promise<ReadonlyMap<string, unknown>> {
  const { text } = await readConfig(file);
  return serversIn(format, text ?? '', place);
}

/** A server as one of a client's files has it. */
export interface FoundServer {
  readonly name: string;
  readonly scope: Scope;
  readonly entry: unknown;
  /** The narrower file whose server of this name counts in its place here (run: Claude Code, Codex, Gemini, Qwen, opencode). */
  readonly hiddenBy: Scope | undefined;
}

/** Narrowest first. */
const scopes = ['local', 'project', 'user'] as const;

interface FoundServers {
  readonly found: readonly FoundServer[];
  /** Files that are there and can't be read, and why. */
  readonly unread: readonly { readonly file: string; readonly error: unknown }[];
}

/** Those of the user and of the project, of the files that are there; in the home folder both may be one file. */
export async function foundServers(client: Client, around: Surroundings): Promise<FoundServers> {
  const found: Omit<FoundServer, 'hiddenBy'>[] = [];
  const unread: FoundServers['unread'][number][] = [];
  for (const scope of scopes.toReversed()) {
    const file = clientFile(client, scope, around);
    if (file === undefined || !around.exists(file)) continue;
    if (scope === 'project' && file === clientFile(client, 'user', around)) continue;
    try {
      const place = clientPlace(client, scope, around);
      for (const [name, entry] of await clientServers(client, file, place))
        found.push({ name, scope, entry });
    } catch (error) {
      if (scope !== 'local') unread.push({ file, error });
    }
  }
  return { found: found.map((one) => ({ ...one, hiddenBy: hiding(one, found) })), unread };
}

function hiding(
  { name, scope }: Pick<FoundServer, 'name' | 'scope'>,
  found: readonly Pick<FoundServer, 'name' | 'scope'>[],
): Scope | undefined {
  const narrower = scopes.slice(0, scopes.indexOf(scope));
  return narrower.find((one) => found.some((other) => other.scope === one && other.name === name));
}
