import { catalogId } from '../../catalog/catalog-source.ts';
import { clientFile } from '../../clients/client-files.ts';
import { ownCommandPath } from '../../install/own-command.ts';
import { planInstall } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { storedSecrets } from '../../secrets/secrets.ts';
import { askYes, canAsk } from '../ask.ts';
import type { Execute, Invocation } from '../command.ts';
import { foundIn, type Adopting, type Found } from './adopt-found.ts';
import { adoptPage, neededLines } from './adopt-page.ts';
import { chosenTargets } from './client-choice.ts';
import { ownCommand, putIntoClients } from './put-into-clients.ts';
import { serverToRun } from './run-server.ts';
import { carriedOptions, carriedVariables } from './start-carried.ts';
import { secretSource } from './secret-source.ts';
import { serverSummaries, sourceOf } from './view.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const { servers: entries } = await serverSummaries(invocation);
  const found: Found[] = [];
  for (const target of chosenTargets(invocation))
    found.push(...(await foundIn(target, { entries, invocation })));
  const named = options.list('server');
  const unknown = named.find((name) => !found.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new McpcatError(
      'usage',
      `--server: no client starts a server "${unknown}" that mcpcat could adopt`,
      { hint: 'mcpcat clients shows them' },
    );
  const wanted = found.filter(({ name }) => named.length === 0 || named.includes(name));
  const json = options.flag('json');
  if (!json) terminal.stdout.write(await adoptPage(wanted));
  if (options.text('scope') === undefined && named.length === 0) await sayOthers({ entries, invocation });
  const chosen = await choose(wanted, invocation);
  if (json && (options.flag('dry-run') || chosen.length === 0)) {
    terminal.stdout.write(jsonText(wanted.map(factsOf)));
    return 0;
  }
  return chosen.length === 0 ? 0 : replace(chosen, invocation);
};

/** What this folder's own files start besides: they are adopted when somebody asks for it, since others may have them too. */
async function sayOthers({ entries, invocation }: Adopting): Promise<void> {
  for (const target of chosenTargets(invocation))
    for (const scope of ['project', 'local'] as const) {
      const { client, around } = target;
      if (scope === 'project' && clientFile(client, scope, around) === clientFile(client, 'user', around))
        continue;
      const found = await foundIn({ ...target, scope }, { entries, invocation });
      if (found.length > 0)
        invocation.terminal.stderr.write(
          `mcpcat: in this folder ${client.title} starts ${found.map(({ name }) => name).join(', ')} besides: mcpcat adopt --scope ${scope}\n`,
        );
    }
}

function factsOf({ target, name, starts, entry, adopted, blocked }: Found): unknown {
  return {
    client: target.client.id,
    name,
    starts,
    server: entry?.name ?? null,
    args: adopted?.args ?? null,
    settings: Object.keys(adopted?.plain ?? {}),
    secrets: Object.keys(adopted?.secrets ?? {}),
    needs: Object.keys(adopted?.unfilled ?? {}),
    lost: adopted?.lost ?? [],
    blocked: blocked ?? null,
  };
}

type Chosen = Found & { readonly adopted: NonNullable<Found['adopted']> };

async function choose(
  found: readonly Found[],
  { options, terminal }: Invocation,
): Promise<readonly Chosen[]> {
  const able = found.filter((one): one is Chosen => one.adopted !== undefined);
  const ready = able.filter(({ adopted }) => adopted.lost.length === 0 || options.flag('lossy'));
  if (options.flag('yes') || options.flag('dry-run') || ready.length === 0) return ready;
  if (!canAsk(terminal))
    throw new McpcatError('usage', 'nobody can be asked here which to adopt', {
      hint: 'look at it, then add --yes, and --server NAME for single ones',
    });
  const chosen: Chosen[] = [];
  for (const one of ready)
    if (await askYes(`adopt ${one.name} of ${one.target.client.title}?`, terminal)) chosen.push(one);
  return chosen;
}

async function replace(chosen: readonly Chosen[], invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const catalog = catalogId(sourceOf(invocation));
  await refuseOtherSecrets(chosen, catalog, invocation);
  const command = ownCommandPath(ownCommand(invocation));
  const changes = await Promise.all(
    [...new Set(chosen.map(({ target }) => target))].map((target) =>
      planInstall(
        target,
        chosen
          .filter((one) => one.target === target)
          .map(({ name, adopted: { args, plain, references } }) => {
            const [run = 'run', server = '', ...rest] = args;
            const start = {
              command,
              args: [run, server, ...carriedOptions(invocation), ...rest],
              env: { ...carriedVariables(terminal), ...plain },
              references,
            };
            return { name, start, replaces: true };
          }),
      ),
    ),
  );
  const servers = await Promise.all(
    [...new Set(chosen.map(({ adopted }) => adopted.server))].map(async (name) => ({
      server: await serverToRun(invocation, name),
      // Those of one server are the same, or refused above.
      secrets: Object.assign(
        {},
        ...chosen.filter(({ adopted }) => adopted.server === name).map(({ adopted }) => adopted.secrets),
      ) as Readonly<Record<string, string>>,
    })),
  );
  return putIntoClients(changes, invocation, {
    command: `adopt ${chosen.map(({ name }) => name).join(' ')}`,
    servers,
    hidden: chosen.flatMap(({ adopted }) => [
      ...Object.values(adopted.secrets),
      ...Object.values(adopted.unfilled),
    ]),
    remains: [...new Set(chosen.flatMap(neededLines))],
  });
}

/** The store has one value of a name: a second key would silently take the place of the first. */
async function refuseOtherSecrets(
  chosen: readonly Chosen[],
  catalog: string,
  { terminal }: Invocation,
): Promise<void> {
  const known = new Map<string, string>();
  for (const { adopted, name } of chosen) {
    const wanted = Object.keys(adopted.secrets);
    const owner = { catalog, server: adopted.server };
    const stored = await storedSecrets(owner, secretSource(terminal), wanted);
    for (const [secret, value] of Object.entries(adopted.secrets)) {
      const key = `${adopted.server} ${secret}`;
      const other = known.get(key) ?? stored[secret];
      if (other !== undefined && other !== value)
        throw new McpcatError(
          'usage',
          `${name} has another ${secret} than the one that is stored for ${adopted.server}`,
          {
            hint: 'adopt the others with --server NAME, and keep one key of each server',
          },
        );
      known.set(key, value);
    }
  }
}
