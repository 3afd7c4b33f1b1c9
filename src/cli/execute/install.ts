import { catalogId } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import type { ServerStart } from '../../clients/client-entry.ts';
import { ownCommandPath } from '../../install/own-command.ts';
import { planInstall, type Installation } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { ownValue } from '../../lib/own-value.ts';
import { storedSecrets } from '../../secrets/secrets.ts';
import { settingsOf } from '../env-file.ts';
import { mountRequests } from '../mount-option.ts';
import type { Execute, Invocation } from '../command.ts';
import { chosenTargets } from './client-choice.ts';
import { ownCommand, putIntoClients, type GivenServer } from './put-into-clients.ts';
import { serverToRun, type RunServer } from './run-server.ts';
import { checkStart } from './checked-start.ts';
import { carriedOptions, carriedVariables } from './start-carried.ts';
import { secretSource } from './secret-source.ts';
import { secretsToStore } from './start-secrets.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals } = invocation;
  const names = [...new Set(positionals)];
  if (names.length === 0)
    throw new McpcatError('usage', 'expected the names of servers', { hint: 'mcpcat list shows them' });
  const perServer = ['name', 'env', 'mount'].find(
    (option) => options.list(option).length > 0 || options.text(option) !== undefined,
  );
  if (names.length > 1 && perServer !== undefined)
    throw new McpcatError('usage', `--${perServer}: expected one server, found ${names.join(', ')}`);
  const targets = chosenTargets(invocation);
  const servers = await Promise.all(names.map((name) => serverToRun(invocation, name)));
  const plans: Plan[] = [];
  for (const server of servers) plans.push(await planOf(server, invocation));
  const changes = await Promise.all(targets.map((target) => planInstall(target, plans)));
  return putIntoClients(changes, invocation, { command: `install ${names.join(' ')}`, servers: plans });
};

/** One server, as it goes into each client. */
type Plan = Installation & GivenServer;

async function planOf(server: RunServer, invocation: Invocation): Promise<Plan> {
  const { declared, source } = server;
  const { terminal } = invocation;
  const mounts = mountArgs(declared, invocation);
  const { plain, secrets } = await givenSettings(server, invocation);
  const owner = { catalog: catalogId(source), server: declared.name };
  const others = Object.keys(declared.env).filter((name) => !Object.hasOwn(secrets, name));
  const stored = await storedSecrets(owner, secretSource(terminal), others);
  checkStart(declared, { args: mounts, settings: { ...stored, ...plain, ...secrets } }, terminal);
  const start: ServerStart = {
    command: ownCommandPath(ownCommand(invocation)),
    args: ['run', declared.name, ...carriedOptions(invocation), ...mounts],
    env: { ...carriedVariables(terminal), ...plain },
  };
  return { server, name: invocation.options.text('name') ?? declared.name, start, secrets };
}

interface GivenSettings {
  readonly plain: Readonly<Record<string, string>>;
  /** Never written into a client's file. */
  readonly secrets: Readonly<Record<string, string>>;
}

async function givenSettings(
  { declared, source }: RunServer,
  invocation: Invocation,
): Promise<GivenSettings> {
  const { options, terminal } = invocation;
  const given = settingsOf(options.list('env'), '--env', terminal.env);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared.env, name));
  if (unknown !== undefined)
    throw new McpcatError('usage', `--env: ${declared.name} has no setting "${unknown}"`, {
      hint: `mcpcat info ${declared.name} shows them`,
    });
  const isSecret = (name: string): boolean => ownValue(declared.env, name)?.secret === true;
  const pick = (wanted: (name: string) => boolean): Record<string, string> =>
    Object.fromEntries(Object.entries(given).filter(([name]) => wanted(name)));
  const plain = pick((name) => !isSecret(name));
  const secrets = await secretsToStore(declared, {
    catalog: catalogId(source),
    given: pick(isSecret),
    terminal,
  });
  const missing = Object.entries(declared.env).filter(
    ([name, setting]) =>
      setting.required &&
      setting.secret !== true &&
      plain[name] === undefined &&
      setting.default === undefined,
  );
  if (missing.length > 0)
    throw new McpcatError(
      'settings-missing',
      `${declared.name} needs ${missing.map(([name]) => name).join(', ')}`,
      {
        inputs: missing.map(([name]) => ({ name: 'setting', value: `${name}=…` })),
        hint: 'give it',
      },
    );
  return { plain, secrets };
}

/** Absolute: a client starts us in another folder. */
function mountArgs(entry: Entry, { options, terminal }: Invocation): string[] {
  const { path } = terminal.host;
  const mounts = mountRequests(options.list('mount'));
  const unknown = mounts.find(({ name }) => !entry.permissions.mounts.some((mount) => mount.name === name));
  if (unknown !== undefined)
    throw new McpcatError('usage', `--mount: ${entry.name} has no mount "${unknown.name}"`, {
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
