import type { Entry } from '../catalog/entry.ts';
import { runtimeFacts } from '../catalog/runtime.ts';
import { imageSource } from '../catalog/source.ts';
import { syntheticAddresses } from '../egress/addresses.ts';
import { policyOf } from '../egress/policy.ts';
import { rulesOf, type PermittedRule } from '../egress/rules.ts';
import { withSynthetic } from '../egress/user-address.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Input } from '../lib/input.ts';
import { hostRuleText } from '../lib/host-rule.ts';
import { bytesOf } from '../lib/size.ts';
import { refuseLongWords } from './program-words.ts';
import { authoritiesEnv, authoritiesMount } from './authorities.ts';
import { settle } from './environment.ts';
import { extraEnv } from './extra-env.ts';
import { mountsOf, withFolders } from './mounts.ts';
import type { Overrides, Paths, Sandbox } from './sandbox.ts';
import { stateOf } from './state.ts';
import { timeZoneEnv } from './time-zone.ts';
import { userOf } from './user.ts';

/**
 * An entry and the user's overrides → what the container may do. Throws `settings-missing`, `usage` or
 * `entry-refused`, before anything exists.
 */
export function sandboxOf(entry: Entry, overrides: Overrides, paths: Paths): Sandbox {
  const { limits, permissions, shm } = entry;
  const handed = mountsOf(entry, overrides.mounts, paths);
  const mounts = handed.map(({ folder }) => folder);
  const user = userOf(entry, { handed, paths });
  const settings = settle(entry, overrides.env);
  const env = {
    ...timeZoneEnv(entry, overrides),
    ...authoritiesEnv(overrides.authorities, { ...settings.env, ...entry.transport?.http.env }),
  };
  // Like secrets: no configuration of the container shows them.
  const secrets = { ...settings.secrets, ...extraEnv(entry, overrides.extraEnv ?? {}, env) };
  const args = [...withFolders(entry.args, handed), ...overrides.args];
  refuseLongWords({ args, env, secrets });
  const network = rulesOf({
    declared: permissions.network,
    settings: { ...settings.env, ...settings.secrets },
    given: new Set(Object.keys(overrides.env)),
    ...overrides.network,
  });
  return {
    name: entry.name,
    ...inside(network, { env, args, secrets }),
    mounts: [
      ...mounts,
      ...handed.flatMap(({ guards }) => guards),
      ...authoritiesMount(overrides.authorities, paths.labelled),
      ...stateOf(entry, { user, use: overrides.state ?? 'thrown-away', labels: overrides.stateLabels }),
    ],
    handed: handed.map(({ folder }) => folder),
    written: handed.flatMap(({ written }) => written),
    user,
    writable: permissions.writable,
    memoryBytes:
      overrides.memory === undefined
        ? memoryOf(limits.memory, 'limits.memory')
        : memoryOf(overrides.memory, 'memory', [{ name: 'memory' }]),
    cpus: number(overrides.cpus, { fallback: limits.cpus, what: 'cpus', min: 0.01, max: 512 }),
    pids: number(overrides.pids, { fallback: limits.pids, what: 'pids', min: 2, max: 32_768 }),
    shmBytes: shm === undefined ? undefined : bytesOf(shm, 'shm'),
    network,
    ...runtimeFacts(entry.source),
    ...httpOf(entry, network),
    ...programOf(entry),
  };
}

/** Where somebody else has made the image, the entry may say what of it is started; ours start what was built for them. */
function programOf({ source, command }: Entry): Pick<Sandbox, 'program'> {
  return imageSource(source) === undefined || command.length === 0 ? {} : { program: command };
}

type Given = Pick<Sandbox, 'env' | 'args' | 'secrets'>;

/** Addresses that the user gave are known by other ones in the container, which lead to them. */
function inside(network: readonly PermittedRule[], { env, args, secrets }: Given): Given {
  const synthetic = syntheticAddresses(policyOf(network).names);
  const known = (text: string): string => withSynthetic(text, synthetic);
  const values = (all: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, known(value)]));
  return { env: values(env), args: args.map(known), secrets: values(secrets) };
}

/** The relay listens on the ports of permitted hosts, so the server's own must not be among them. */
function httpOf({ name, transport }: Entry, network: readonly PermittedRule[]): Pick<Sandbox, 'http'> {
  if (transport === undefined) return {};
  const { port, path } = transport.http;
  const taken = network.find(({ ports }) => ports.includes(port));
  if (taken === undefined) return { http: { port, path } };
  const message = `${name} listens on port ${String(port)} itself, so ${hostRuleText(taken)} can't be permitted`;
  throw new McpcatError('usage', message);
}

/** Less than this no runtime starts with; more than this is no number to the engine. */
const minMemoryBytes = 16 * 1024 ** 2;

function memoryOf(text: string, what: string, inputs: readonly Input[] = []): number {
  const bytes = bytesOf(text, what, inputs);
  if (bytes >= minMemoryBytes && Number.isSafeInteger(bytes)) return bytes;
  throw new McpcatError('usage', `${what}: expected from 16m to what the machine has, found "${text}"`, {
    inputs,
  });
}

interface Range {
  readonly fallback: number;
  readonly what: 'cpus' | 'pids';
  readonly min: number;
  readonly max: number;
}

/** Whole where `least` is: half a process would be no limit at all. */
function number(text: string | undefined, { fallback, what, min, max }: Range): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max && (Number.isInteger(value) || !Number.isInteger(min))) return value;
  const kind = Number.isInteger(min) ? 'a whole number' : 'a number';
  throw new McpcatError(
    'usage',
    `${what}: expected ${kind} from ${String(min)} to ${String(max)}, found "${text}"`,
    { inputs: [{ name: what }] },
  );
}
