import { catalogId } from '../../catalog/catalog-source.ts';
import { foldersBelowHome } from '../../host/folders-below-home.ts';
import { writeOwnCommand, type OwnCommand } from '../../install/own-command.ts';
import type { PlannedChange } from '../../install/plan.ts';
import { projectFolder } from '../../lib/project.ts';
import { storeSecret } from '../../secrets/secrets.ts';
import type { Invocation } from '../command.ts';
import { engineOf } from './build-environment.ts';
import { readyImage } from './ready-image.ts';
import type { RunServer } from './run-server.ts';
import { secretSource } from './secret-source.ts';
import { writeClients } from './write-clients.ts';

/** A server that clients get. */
export interface GivenServer {
  readonly server: RunServer;
  /** For the store: no client's file holds one. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where it is from another catalog than the command's. */
  readonly invocation?: Invocation;
}

interface Put {
  /** For the history. */
  readonly command: string;
  readonly servers: readonly GivenServer[];
  /** Values that are not shown: secrets that the files had until now. */
  readonly hidden?: readonly string[] | undefined;
  /** What is still to be done once it is written, one line each. */
  readonly remains?: readonly string[];
}

/** The command that entries name. */
export function ownCommand({ terminal }: Invocation): OwnCommand {
  const { host } = terminal;
  const main = host.path.join(projectFolder(), 'bin', 'mcpcat.js');
  return { node: process.execPath, main, data: foldersBelowHome(terminal).data, host };
}

/** Readies the images, shows the changes, asks, and writes command, secrets and files, in this order. */
export async function putIntoClients(
  changes: readonly PlannedChange[],
  invocation: Invocation,
  { command, servers, hidden, remains = [] }: Put,
): Promise<number> {
  const { options, terminal } = invocation;
  if (!options.flag('dry-run') && servers.length > 0) {
    const engine = await engineOf(invocation);
    for (const { server, invocation: own = invocation } of servers)
      await readyImage(server, { invocation: own, engine });
  }
  return writeClients(changes, invocation, {
    command,
    hidden,
    remains,
    before: async () => {
      await writeOwnCommand(ownCommand(invocation));
      for (const { server, secrets } of servers) {
        const owner = { catalog: catalogId(server.source), server: server.declared.name };
        for (const [name, value] of Object.entries(secrets))
          await storeSecret(owner, { name, value }, secretSource(terminal));
      }
    },
  });
}
