import { isPlaceholder } from '../../adopt/placeholder.ts';
import { catalogId } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import type { ServerStart } from '../../clients/client-entry.ts';
import { ownCommandPath } from '../../install/own-command.ts';
import type { Installation } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { ownValue } from '../../lib/own-value.ts';
import type { MountRequest } from '../../sandbox/sandbox.ts';
import { storedSecrets } from '../../secrets/secrets.ts';
import type { Invocation } from '../command.ts';
import { checkStart } from './checked-start.ts';
import { ownCommand, type GivenServer } from './put-into-clients.ts';
import { secretSource } from './secret-source.ts';
import { carriedOptions, carriedVariables } from './start-carried.ts';
import { secretsToStore } from './start-secrets.ts';

/** A server as a person wants it in clients. */
export interface WantedServer {
  readonly server: GivenServer['server'];
  /** What the client calls it. */
  readonly name: string;
  /** Secrets among them go into the store. */
  readonly settings: Readonly<Record<string, string>>;
  /** Secrets without which it shall not be installed, besides the required ones. */
  readonly needs?: readonly string[];
  readonly mounts: readonly MountRequest[];
  /** Further options of `run`, and arguments for the server itself. */
  readonly options?: readonly string[];
  readonly args?: readonly string[];
}

/** One server, as it goes into each client. */
export type ServerPlan = Installation & GivenServer;

/**
 * Asks for secrets that are missing, and refuses what the launcher would refuse. Nothing is written. Throws
 * `settings-missing`, `usage`, `entry-refused`.
 */
export async function planServer(wanted: WantedServer, invocation: Invocation): Promise<ServerPlan> {
  const { server, name, options = [], args = [] } = wanted;
  const { declared, source } = server;
  const { terminal } = invocation;
  const mounts = mountArgs(declared, wanted.mounts, invocation);
  const { plain, secrets } = await givenSettings(wanted, invocation);
  const owner = { catalog: catalogId(source), server: declared.name };
  const others = Object.keys(declared.env).filter((setting) => !Object.hasOwn(secrets, setting));
  const stored = await storedSecrets(owner, secretSource(terminal), others);
  const words = args.length === 0 ? [] : ['--', ...args];
  checkStart(
    declared,
    { args: [...mounts, ...words], settings: { ...stored, ...plain, ...secrets } },
    terminal,
  );
  const start: ServerStart = {
    command: ownCommandPath(ownCommand(invocation)),
    args: ['run', declared.name, ...carriedOptions(invocation), ...options, ...mounts, ...words],
    env: { ...carriedVariables(terminal), ...plain },
  };
  return { server, name, start, secrets, invocation };
}

interface GivenSettings {
  readonly plain: Readonly<Record<string, string>>;
  /** Never written into a client's file. */
  readonly secrets: Readonly<Record<string, string>>;
}

async function givenSettings(
  { server: { declared, source }, settings: given, needs = [] }: WantedServer,
  { terminal }: Invocation,
): Promise<GivenSettings> {
  const unknown = [...Object.keys(given), ...needs].find((name) => !Object.hasOwn(declared.env, name));
  if (unknown !== undefined)
    throw new McpcatError('usage', `${declared.name} has no setting "${unknown}"`, {
      hint: `mcpcat info ${declared.name} shows them`,
    });
  const isSecret = (name: string): boolean => ownValue(declared.env, name)?.secret === true;
  const pick = (wanted: (name: string) => boolean): Record<string, string> =>
    Object.fromEntries(Object.entries(given).filter(([name]) => wanted(name)));
  const plain = pick((name) => !isSecret(name));
  refusePlaceholders(declared, given);
  refuseMissing(declared, { plain, needs: needs.filter((name) => !isSecret(name)) });
  const secrets = await secretsToStore(declared, {
    catalog: catalogId(source),
    given: pick(isSecret),
    needs: needs.filter(isSecret),
    terminal,
  });
  refusePlaceholders(declared, secrets);
  return { plain, secrets };
}

/** What a README has where a key belongs: nothing would start with it, and nobody would know why. */
function refusePlaceholders({ name, env }: Entry, given: Readonly<Record<string, string>>): void {
  const found = Object.entries(given).find(([setting, value]) => {
    const { secret, example } = env[setting] ?? {};
    return isPlaceholder({ name: setting, value, isSecret: secret === true, example });
  });
  if (found === undefined) return;
  const [setting] = found;
  throw new McpcatError(
    'settings-missing',
    `${name}: expected a value for ${setting}, found what only stands where one belongs`,
    {
      hint:
        env[setting]?.secret === true
          ? `nothing was stored; if it is the real one: mcpcat secret set ${name} ${setting}`
          : 'nothing was written; give its real value',
    },
  );
}

function refuseMissing(
  { name, env }: Entry,
  { plain, needs }: { readonly plain: GivenSettings['plain']; readonly needs: readonly string[] },
): void {
  const missing = Object.entries(env)
    .filter(
      ([key, setting]) =>
        plain[key] === undefined &&
        (needs.includes(key) ||
          (setting.required && setting.secret !== true && setting.default === undefined)),
    )
    .map(([key]) => key);
  if (missing.length === 0) return;
  throw new McpcatError('settings-missing', `${name} needs ${missing.join(', ')}`, {
    inputs: missing.map((key) => ({ name: 'setting', value: `${key}=…` })),
    hint: 'give it',
  });
}

/** Absolute: a client starts us in another folder. */
function mountArgs(entry: Entry, mounts: readonly MountRequest[], { terminal }: Invocation): string[] {
  const { path } = terminal.host;
  const unknown = mounts.find(({ name }) => !entry.permissions.mounts.some((mount) => mount.name === name));
  if (unknown !== undefined)
    throw new McpcatError('usage', `${entry.name} has no mount "${unknown.name}"`, {
      hint: `mcpcat info ${entry.name} shows them`,
    });
  const missing = entry.permissions.mounts.find(
    (mount) => mount.required && !mounts.some(({ name }) => name === mount.name),
  );
  if (missing !== undefined)
    throw new McpcatError(
      'settings-missing',
      `${entry.name} needs a ${missing.kind ?? 'folder'} for its mount "${missing.name}"`,
      {
        inputs: [{ name: 'mount', value: `${missing.name}=PATH` }],
        hint: 'give it',
      },
    );
  return mounts.flatMap(({ name, hostPath, mode }) => [
    '--mount',
    `${name}=${path.resolve(hostPath)}${mode === undefined ? '' : `:${mode}`}`,
  ]);
}
