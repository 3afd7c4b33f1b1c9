import { permissionSummary } from '../../catalog/permissions.ts';
import { foundServers, type FoundServer } from '../../clients/client-servers.ts';
import type { Target } from '../../install/plan.ts';
import type { Found } from './adopt-found.ts';

/** What was found, for a person to look at. */
export async function adoptPage(found: readonly Found[]): Promise<string> {
  if (found.length === 0)
    return 'nothing to adopt: no client here starts a server that is not in a container of ours\n';
  const targets = [...new Set(found.map(({ target }) => target))];
  const servers = new Map(
    await Promise.all(targets.map(async (target) => [target, await serversOf(target)] as const)),
  );
  return found.map((one) => sectionOf(one, servers.get(one.target) ?? [])).join('');
}

async function serversOf({ client, scope, around }: Target): Promise<readonly FoundServer[]> {
  return (await foundServers(client, around)).found.filter((one) => one.scope === scope);
}

function sectionOf(found: Found, servers: readonly FoundServer[]): string {
  const { target, name, starts, entry, adopted } = found;
  const lines = [
    `${target.client.id}: ${name} (${starts})`,
    ...(found.blocked !== undefined || adopted !== undefined ? [`  today: ${found.today}`] : []),
    ...hidden(name, servers),
  ];
  if (found.blocked !== undefined) lines.push(`  can't be adopted: ${found.blocked}`);
  else if (entry === undefined || adopted === undefined)
    lines.push(
      `  not in the catalog: it stays as it is${/^(npm|pypi|go):/.test(starts) ? `; mcpcat add ${starts} would add it` : ''}`,
    );
  else
    lines.push(
      `  then:  mcpcat ${adopted.args.join(' ')}`,
      `         may reach: ${permissionSummary(entry)}`,
      ...otherVersion(found),
      ...Object.keys(adopted.secrets).map((secret) => `         ${secret} moves to the store`),
      ...neededLines(found).map((line) => `  needs: ${line}`),
      ...adopted.lost.map((line) => `  lost:  ${line}`),
    );
  return `${lines.join('\n')}\n`;
}

function hidden(name: string, servers: readonly FoundServer[]): readonly string[] {
  const scope = servers.find((one) => one.name === name)?.hiddenBy;
  return scope === undefined
    ? []
    : [
        `  here:  this folder has a "${name}" of its own, which counts instead: mcpcat adopt --scope ${scope}`,
      ];
}

/** A range or a tag is met by what the catalog has, as far as anybody can tell. */
function otherVersion({ asks, entry }: Found): readonly string[] {
  const version = entry?.version;
  return asks === undefined || typeof version !== 'string' || !/^v?\d/.test(asks) || asks === version
    ? []
    : [`         version ${version} instead of ${asks}`];
}

/** How each setting gets its value for which only a placeholder stands. What it is is not shown: it may be a key after all. */
export function neededLines({ adopted, entry, target, name }: Found): readonly string[] {
  return Object.keys(adopted?.unfilled ?? {}).map((setting) =>
    entry?.env[setting]?.secret === true
      ? `${setting}, for which only a placeholder stands: mcpcat secret set ${entry.name} ${setting}`
      : `${setting}, for which only a placeholder stands: write it into the settings of "${name}" in ${target.client.title}’s file`,
  );
}
