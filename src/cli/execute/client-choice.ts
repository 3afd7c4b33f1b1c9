import { existsSync } from 'node:fs';
import type { Client, Scope } from '../../clients/client.ts';
import { clientFile, type Surroundings } from '../../clients/client-files.ts';
import { knownClients } from '../../clients/known-clients.ts';
import type { Target } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/nearest.ts';
import type { Invocation, Terminal } from '../command.ts';

export function surroundings({ host, env }: Terminal): Surroundings {
  return { host, env, cwd: process.cwd(), exists: existsSync };
}

/**
 * A client is here if one of its files is, or the folder of ours alone that its file lies in: most make that folder at
 * their first start, and the file only with the first server. One that has no file of the user is where its project's is.
 */
export function isHere(client: Client, around: Surroundings): boolean {
  const file = clientFile(client, 'user', around);
  if (file === undefined) {
    const ofProject = clientFile(client, 'project', around);
    return ofProject !== undefined && around.exists(ofProject);
  }
  const folder = around.host.path.dirname(file);
  return around.exists(file) || (folder !== around.host.home(around.env) && around.exists(folder));
}

/** The clients of --client, or all that are here. Throws `usage` for one that nobody knows, or if none is here. */
export function chosenTargets({ options, terminal }: Invocation): readonly Target[] {
  const around = surroundings(terminal);
  const scope = scopeOf(options.text('scope'));
  const named = options.list('client');
  const clients =
    named.length > 0
      ? [...new Set(named)].map(clientOf)
      : knownClients.filter(
          (client) => isHere(client, around) && clientFile(client, scope, around) !== undefined,
        );
  if (clients.length === 0)
    throw new McpcatError('usage', 'none of the clients that mcpcat knows is here', {
      hint: '--client CLIENT writes for one all the same; mcpcat clients --all shows them',
    });
  return clients.map((client) => ({ client, scope, around }));
}

function clientOf(id: string): Client {
  const found = knownClients.find((client) => client.id === id);
  if (found !== undefined) return found;
  const ids = knownClients.map((client) => client.id);
  throw new McpcatError('usage', `--client: no client "${id}" is known`, {
    hint: didYouMean(id, ids) || 'mcpcat clients --all shows them',
  });
}

function scopeOf(text: string | undefined): Scope {
  if (text === undefined || text === 'user' || text === 'project' || text === 'local') return text ?? 'user';
  throw new McpcatError('usage', `--scope: expected user, project or local, found "${text}"`);
}
