import { randomBytes } from 'node:crypto';
import { problemText } from '../../catalog/problem.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { FilesSeen } from '../../lib/file-state.ts';
import { hubPolicy } from '../../policy/hub-policy.ts';
import type { Profile, ProfileServer } from '../../profile/profile.ts';
import type { Policy } from '../../serve/policy.ts';
import type { Invocation, Options } from '../command.ts';
import { withHint } from './with-hint.ts';
import { knownServers, type KnownServer } from './serve-known.ts';

/** One server that is to be served, with what its profile says of it. */
export interface ChosenServer {
  readonly name: string;
  readonly server: KnownServer;
  /** As if it were run alone with the options that come to the same. */
  readonly invocation: Invocation;
}

export interface Choice {
  readonly servers: readonly ChosenServer[];
  /** Of a profile: why a server is not among them, one text each. */
  readonly notServed: readonly string[];
  readonly profile: Profile | undefined;
  readonly policy: Policy;
}

/**
 * The servers that were named, or those of the profile, or those of both that were named. Throws `usage` for none and
 * `entry-unknown` for a name of the command line; of a profile the other servers are served.
 */
export async function chooseServed(invocation: Invocation, seen?: FilesSeen): Promise<Choice> {
  const { options, positionals, terminal } = invocation;
  const wanted = options.text('profile');
  const profile =
    wanted === undefined
      ? undefined
      : (await import('../../profile/read-profile.ts')).readProfile(wanted, terminal);
  const names = [...new Set(positionals.length > 0 ? positionals : (profile?.servers.keys() ?? []))];
  if (names.length === 0 && profile === undefined)
    throw new McpcatError('usage', 'expected names of servers, or a profile', {
      hint: 'mcpcat list shows the servers, mcpcat profile list your profiles',
    });
  const serverOf = knownServers(invocation, { seen });
  const found = await Promise.all(
    names.map(async (name) => chosen(name, { invocation, serverOf, section: sectionOf(profile, name) })),
  );
  const rules = [...(profile?.servers ?? [])].map(([name, { policy }]) => [name, policy] as const);
  return {
    servers: found.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    notServed: [
      ...(profile?.problems ?? []).map((one) => `${one.server} is not served: ${problemText(one)}`),
      ...found.filter((one) => typeof one === 'string'),
    ],
    profile,
    policy: hubPolicy(new Map(rules), { now: () => performance.now(), newId: unguessable }),
  };
}

/** Results of all sessions lie side by side. */
function unguessable(): string {
  return randomBytes(16).toString('hex');
}

/** A profile is all that its clients may use: what it does not name is not served beside it. */
function sectionOf(profile: Profile | undefined, name: string): ProfileServer | undefined {
  if (profile === undefined) return undefined;
  const section = profile.servers.get(name);
  if (section !== undefined) return section;
  throw new McpcatError('usage', `the profile ${profile.name} has no server ${name}`, {
    hint: `its servers: ${[...profile.servers.keys()].join(', ')}`,
  });
}

interface Asked {
  readonly invocation: Invocation;
  readonly serverOf: ReturnType<typeof knownServers>;
  readonly section: ProfileServer | undefined;
}

/** A text says why it can't be served. */
async function chosen(
  name: string,
  { invocation, serverOf, section }: Asked,
): Promise<ChosenServer | string> {
  const own = invocationFor(invocation, section);
  try {
    return { name, server: await serverOf(own, name), invocation: own };
  } catch (error) {
    if (section === undefined || !(error instanceof McpcatError)) throw error;
    return `${name} is not served: ${withHint(error)}`;
  }
}

/** A client's first call waits for an image as it waits for the start; `run` would send it to a terminal. */
const imageWhenMissing = 'missing';

function invocationFor(invocation: Invocation, section: ProfileServer | undefined): Invocation {
  const { options } = invocation;
  const texts: Readonly<Record<string, string | undefined>> = {
    catalog: options.text('catalog'),
    engine: options.text('engine'),
    isolation: options.text('isolation'),
    build: imageWhenMissing,
  };
  const lists: Readonly<Record<string, readonly string[]>> = {
    'accept-missing': options.list('accept-missing'),
    env: Object.entries(section?.settings ?? {}).map(([name, value]) => `${name}=${value}`),
    mount: (section?.mounts ?? []).map(
      ({ name, hostPath, mode }) => `${name}=${hostPath}${mode === undefined ? '' : `:${mode}`}`,
    ),
  };
  const own: Options = {
    text: (name) => texts[name],
    flag: (name) => (name === 'quiet' || name === 'insecure-unverified') && options.flag(name),
    list: (name) => lists[name] ?? [],
  };
  const secrets = section?.secrets ?? 'all';
  return {
    ...invocation,
    options: own,
    rest: section?.args ?? [],
    storedSecrets: secrets === 'all' ? undefined : secrets,
  };
}
