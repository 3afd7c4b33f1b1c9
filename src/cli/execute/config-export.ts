import { catalogId } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import type { Client } from '../../clients/client.ts';
import { isReference, startOfEntry, type ServerStart } from '../../clients/client-entry.ts';
import { clientFile, clientPlace } from '../../clients/client-files.ts';
import { clientServers } from '../../clients/client-servers.ts';
import { isOurs } from '../../install/ours.ts';
import { McpcatError } from '../../lib/errors.ts';
import { looksSecret } from '../../profile/secret-value.ts';
import { keptSecrets } from '../../secrets/file-store.ts';
import { setupText, type ServerSetup } from '../../setup-file/setup.ts';
import type { Invocation, Options } from '../command.ts';
import { spec as run } from '../commands/run.ts';
import { mountRequests } from '../mount-option.ts';
import { parse } from '../parse.ts';
import { chosenTargets } from './client-choice.ts';
import { copiedOptions } from './config-options.ts';
import { serverToRun } from './run-server.ts';
import { isCarried } from './start-carried.ts';
import { writeOut } from './write-out.ts';

/** A server of ours as a client has it. */
interface Found {
  readonly client: Client;
  readonly name: string;
  readonly start: ServerStart;
}

/** What clients start of the named servers (all of ours, if none is named), each once. */
export async function exportConfig(names: readonly string[], invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const found = (await Promise.all(chosenTargets(invocation).map(foundIn))).flat();
  const missing = names.find((name) => !found.some((one) => one.name === name || serverOf(one) === name));
  if (missing !== undefined)
    throw new McpcatError('usage', `no client here starts "${missing}" by mcpcat`, {
      hint: 'mcpcat clients shows what they start',
    });
  const wanted = found.filter(
    (one) => names.length === 0 || names.includes(one.name) || names.includes(serverOf(one)),
  );
  const setups = new Map<string, { readonly setup: ServerSetup; readonly client: Client }>();
  for (const one of wanted) {
    const setup = await setupOf(one, invocation);
    if (setup === undefined) continue;
    refuseOther(setups.get(one.name), { setup, client: one.client });
    setups.set(one.name, { setup, client: one.client });
  }
  if (setups.size === 0)
    throw new McpcatError('usage', 'no client here starts a server by mcpcat that a file could hold');
  const servers = [...setups.values()].map(({ setup }) => setup);
  const out = options.text('out');
  if (out === undefined) terminal.stdout.write(setupText(servers));
  else await writeOut(out, setupText(servers));
  for (const { server, needs } of servers)
    if (needs.length > 0)
      terminal.stderr.write(`mcpcat: not in it, to be set there: ${needs.join(', ')} of ${server}\n`);
  return 0;
}

async function foundIn({
  client,
  scope,
  around,
}: ReturnType<typeof chosenTargets>[number]): Promise<readonly Found[]> {
  const file = clientFile(client, scope, around);
  if (file === undefined) return [];
  return [...(await clientServers(client, file, clientPlace(client, scope, around)))].flatMap(
    ([name, entry]) => {
      const start = startOfEntry(client, entry);
      return start !== undefined && isOurs(client, entry) && start.args[0] === 'run'
        ? [{ client, name, start }]
        : [];
    },
  );
}

function serverOf({ start }: Found): string {
  return start.args[1] ?? '';
}

function refuseOther(
  before: { readonly setup: ServerSetup; readonly client: Client } | undefined,
  now: { readonly setup: ServerSetup; readonly client: Client },
): void {
  if (before === undefined || setupText([before.setup]) === setupText([now.setup])) return;
  throw new McpcatError(
    'usage',
    `${before.client.title} and ${now.client.title} start ${now.setup.name ?? now.setup.server} in two ways`,
    { hint: `--client ${now.client.id} takes that of one` },
  );
}

/** Undefined for what only this machine has; that is said. */
async function setupOf(found: Found, invocation: Invocation): Promise<ServerSetup | undefined> {
  const { name, start, client } = found;
  const { terminal } = invocation;
  const say = (text: string): void => void terminal.stderr.write(`mcpcat: ${name}: ${text}\n`);
  const { options, positionals, rest } = parse(run, start.args.slice(1));
  const [server = ''] = positionals;
  const catalog = options.text('catalog');
  if (catalog !== undefined && !catalog.startsWith('https://')) {
    say('left out: its catalog is a folder or file of this machine');
    return undefined;
  }
  const { declared, source } = await serverToRun({ ...invocation, options }, server);
  const stored = keptSecrets({ catalog: catalogId(source), server }, terminal);
  for (const option of ['extra-env', 'env-file', 'image'])
    if (options.list(option).length > 0 || options.text(option) !== undefined)
      say(`--${option} is not exported: what it names is this machine's, or may be a secret`);
  const unknown = Object.keys(start.env).filter(
    (key) => !Object.hasOwn(declared.env, key) && !isCarried(key),
  );
  if (unknown.length > 0) say(`not exported, since the entry has no such setting: ${unknown.join(', ')}`);
  return {
    server,
    ...(catalog === undefined ? {} : { catalog }),
    ...(name === server ? {} : { name }),
    ...settingsIn(declared, { client, options, start, stored: Object.keys(stored) }),
    mounts: mountsIn(options, invocation),
    ...copiedOptions(options),
    args: [...rest],
  };
}

interface Given {
  readonly client: Client;
  readonly options: Options;
  readonly start: ServerStart;
  readonly stored: readonly string[];
}

/** What is or may be a secret is named alone, and so is what the client fills in. */
function settingsIn(
  { env }: Entry,
  { client, options, start, stored }: Given,
): Pick<ServerSetup, 'settings' | 'needs'> {
  const typed = options.list('env').map((text): readonly [string, string | undefined] => {
    const at = text.indexOf('=');
    return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  });
  const all = [...Object.entries(start.env), ...typed].filter(([key]) => Object.hasOwn(env, key));
  const isPlain = ([key, value]: readonly [string, string | undefined]): boolean =>
    value !== undefined && !env[key]?.secret && !looksSecret(key, value) && !isReference(client, value);
  const settings = Object.fromEntries(
    all.filter(isPlain).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const hidden = all.filter((one) => !isPlain(one)).map(([key]) => key);
  return { settings, needs: [...new Set([...stored, ...hidden])].toSorted() };
}

/** The home is another one there. */
function mountsIn(options: Options, { terminal }: Invocation): ServerSetup['mounts'] {
  const { path } = terminal.host;
  const home = terminal.host.home(terminal.env);
  const texts = mountRequests(options.list('mount')).map(({ name, hostPath, mode }) => {
    const below = path.relative(home, hostPath);
    const isBelow = below !== '' && !below.startsWith('..') && !path.isAbsolute(below);
    const place = isBelow ? `~/${below.split(path.sep).join('/')}` : hostPath;
    return { name, text: `${place}${mode === undefined ? '' : `:${mode}`}` };
  });
  return Object.fromEntries(
    [...Map.groupBy(texts, ({ name }) => name)].map(([name, given]) => {
      const [first = '', ...more] = given.map(({ text }) => text);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}
