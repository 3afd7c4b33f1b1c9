import { isDeepStrictEqual } from 'node:util';
import { clientServers } from '../../clients/client-servers.ts';
import { startOfEntry, type ServerStart } from '../../clients/client-entry.ts';
import { clientFile, clientPlace } from '../../clients/client-files.ts';
import { ownCommandPath } from '../../install/own-command.ts';
import { planInstall, type PlannedChange, type Target } from '../../install/plan.ts';
import { isOurs } from '../../install/ours.ts';
import { McpcatError } from '../../lib/errors.ts';
import { profileName } from '../../profile/read-profile.ts';
import type { Invocation } from '../command.ts';
import type { ServerPlan } from './plan-server.ts';
import { ownCommand, putIntoClients } from './put-into-clients.ts';
import { plannedProfile, profileSections, type Sections } from './served-profile.ts';
import { servedSection, type ServedSection } from './served-section.ts';
import { carriedOptions, carriedVariables } from './start-carried.ts';

/** What clients call the one entry that stands for all servers. */
const entryName = 'mcpcat';
const defaultProfile = 'clients';

interface Request {
  readonly targets: readonly Target[];
  /** The servers that were named; those that clients start by us already come with them. */
  readonly plans: readonly ServerPlan[];
}

/**
 * One entry `serve --profile NAME` in each client, instead of one for each server: what was named and what clients start
 * by us already goes into the profile. What a profile can't say keeps its entry, and that is said. Client's files and
 * profile are one step of the history.
 */
export async function installServed(invocation: Invocation, { targets, plans }: Request): Promise<number> {
  const name = nameOf(invocation);
  const sections = new Map(await profileSections(name, invocation));
  for (const plan of plans) await addNamed(sections, { plan, invocation });
  const moved = [];
  for (const target of targets)
    moved.push({ target, names: await movedEntries(target, { sections, invocation }) });
  if (sections.size === 0)
    throw new McpcatError('usage', 'expected the names of servers: no client starts one by mcpcat yet', {
      hint: 'mcpcat list shows them',
    });
  const start: ServerStart = {
    command: ownCommandPath(ownCommand(invocation)),
    args: ['serve', '--profile', name, ...carriedOptions(invocation)],
    env: carriedVariables(invocation.terminal),
  };
  const changes: PlannedChange[] = [await plannedProfile(name, { sections, invocation })];
  for (const { target, names } of moved)
    changes.push(await planInstall(target, [{ name: entryName, start }], names));
  const command = ['install', ...plans.map((plan) => plan.name), 'into a profile'].join(' ');
  return putIntoClients(changes, invocation, { command, servers: plans });
}

function nameOf({ options }: Invocation): string {
  const name = options.text('profile') ?? defaultProfile;
  if (profileName.test(name)) return name;
  throw new McpcatError('usage', `--profile: expected a-z, 0-9 and -, found "${name}"`);
}

interface Adding {
  readonly sections: Map<string, ServedSection>;
  readonly invocation: Invocation;
}

/** What the command gives takes the place of what the section says; the rest of it is a person's, and stays. */
async function addNamed(
  sections: Sections & Map<string, ServedSection>,
  { plan, invocation }: { readonly plan: ServerPlan; readonly invocation: Invocation },
): Promise<void> {
  const served = await servedSection({ client: undefined, start: plan.start }, invocation);
  if (typeof served === 'string')
    throw new McpcatError('usage', `${plan.name} can’t be served with the others: ${served}`, {
      hint: 'install it on its own',
    });
  sections.set(served.server, { ...sections.get(served.server), ...served.section });
}

/** The entries of ours in a client's file that the profile takes over; the others are said. */
async function movedEntries(target: Target, { sections, invocation }: Adding): Promise<readonly string[]> {
  const { client, scope, around } = target;
  const file = clientFile(client, scope, around);
  const moved: string[] = [];
  for (const [name, entry] of file === undefined
    ? []
    : await clientServers(client, file, clientPlace(client, scope, around))) {
    const start = startOfEntry(client, entry);
    if (start?.args[0] !== 'run' || !isOurs(client, entry)) continue;
    const reason = await take({ client, start }, { sections, invocation });
    if (reason === undefined) moved.push(name);
    else
      invocation.terminal.stderr.write(`mcpcat: ${client.title}: "${name}" keeps its own entry: ${reason}\n`);
  }
  return moved;
}

/** A section that is there, of the file or of another client, is not changed by an entry that says something else. */
async function take(
  entry: Parameters<typeof servedSection>[0],
  { sections, invocation }: Adding,
): Promise<string | undefined> {
  const served = await servedSection(entry, invocation);
  if (typeof served === 'string') return served;
  const { server, section } = served;
  const before = sections.get(server);
  if (before === undefined) sections.set(server, section);
  else if (!sameStart(before, section)) return `the profile starts ${server} in another way`;
  return undefined;
}

function sameStart(a: ServedSection, b: ServedSection): boolean {
  const start = ({ settings = {}, mounts = {}, args = [] }: ServedSection): object => ({
    settings,
    mounts,
    args,
  });
  return isDeepStrictEqual(start(a), start(b));
}
