import { readFileSync } from 'node:fs';
import { text as allText } from 'node:stream/consumers';
import { catalogId } from '../../catalog/catalog-source.ts';
import { planInstall } from '../../install/plan.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { keptSecrets } from '../../secrets/file-store.ts';
import { readSetup, type ReadSetup } from '../../setup-file/read-setup.ts';
import { canAsk } from '../ask.ts';
import type { Invocation } from '../command.ts';
import { settingsOf } from '../env-file.ts';
import { mountRequests } from '../mount-option.ts';
import { withCatalog } from '../with-catalog.ts';
import { chosenTargets } from './client-choice.ts';
import { wordsOf } from './config-options.ts';
import { planServer, type ServerPlan, type WantedServer } from './plan-server.ts';
import { putIntoClients } from './put-into-clients.ts';
import { serverToRun } from './run-server.ts';

/** A wish of somebody else's, and the catalog that it is meant for. */
interface Wish {
  readonly wanted: WantedServer;
  readonly invocation: Invocation;
}

/** What the file has goes into clients as `install` would put it there, after the same look at the change. */
export async function importConfig(file: string, invocation: Invocation): Promise<number> {
  const setups = chosen(await read(file, invocation), invocation);
  const targets = chosenTargets(invocation);
  const wishes = await Promise.all(setups.map((setup) => wishOf(setup, invocation)));
  refuseMissing(wishes);
  const plans: ServerPlan[] = [];
  for (const wish of wishes) plans.push(await planServer(wish.wanted, wish.invocation));
  const changes = await Promise.all(targets.map((target) => planInstall(target, plans)));
  const names = plans.map(({ name }) => name).join(' ');
  return putIntoClients(changes, invocation, { command: `config import ${names}`, servers: plans });
}

async function read(file: string, { terminal }: Invocation): Promise<readonly ReadSetup[]> {
  const { host, env, streams } = terminal;
  const places = {
    home: host.home(env),
    path: host.path,
    localPath: (given: string) => host.localPath(given),
  };
  if (file === '-') return readSetup({ file: 'standard input', text: await allText(streams.stdin) }, places);
  try {
    return readSetup({ file, text: readFileSync(file, 'utf8').replace(/^\uFEFF/, '') }, places);
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    throw new McpcatError('usage', `can't read ${file} (${messageOf(error)})`, { cause: error });
  }
}

function chosen(setups: readonly ReadSetup[], { options }: Invocation): readonly ReadSetup[] {
  const names = options.list('server');
  const isOf = ({ setup }: ReadSetup, name: string): boolean => setup.server === name || setup.name === name;
  const unknown = names.find((name) => !setups.some((one) => isOf(one, name)));
  if (unknown !== undefined)
    throw new McpcatError('usage', `--server: the file has no server "${unknown}"`, {
      hint: `it has ${setups.map(({ setup }) => setup.name ?? setup.server).join(', ')}`,
    });
  const wanted = setups.filter((one) => names.length === 0 || names.some((name) => isOf(one, name)));
  const perServer = ['env', 'mount'].find((option) => options.list(option).length > 0);
  if (wanted.length > 1 && perServer !== undefined)
    throw new McpcatError('usage', `--${perServer}: expected one server, found ${String(wanted.length)}`, {
      hint: '--server NAME takes one of the file',
    });
  return wanted;
}

/** What is given here counts more than what the file has. */
async function wishOf({ setup, mounts }: ReadSetup, whole: Invocation): Promise<Wish> {
  const named = whole.options.text('catalog') !== undefined;
  const invocation = withCatalog(whole, named ? undefined : setup.catalog);
  const { options, terminal } = invocation;
  const others = mountRequests(options.list('mount'));
  const given = settingsOf(options.list('env'), '--env', terminal.env);
  const wanted = {
    server: await serverToRun(invocation, setup.server),
    name: setup.name ?? setup.server,
    settings: { ...setup.settings, ...given },
    needs: setup.needs,
    mounts: [...mounts.filter(({ name }) => !others.some((other) => other.name === name)), ...others],
    options: wordsOf(setup),
    args: setup.args,
  };
  return { wanted, invocation };
}

/** All that has to be set, of all servers, before the first question; a person is asked instead. */
function refuseMissing(wishes: readonly Wish[]): void {
  const missing = wishes.flatMap(({ wanted: { server, settings, needs = [] }, invocation }) => {
    const { declared, source } = server;
    if (canAsk(invocation.terminal)) return [];
    const stored = keptSecrets({ catalog: catalogId(source), server: declared.name }, invocation.terminal);
    return Object.entries(declared.env)
      .filter(([key, { secret, required }]) => secret === true && (required || needs.includes(key)))
      .map(([key]) => key)
      .filter((key) => settings[key] === undefined && !Object.hasOwn(stored, key))
      .map((key) => `mcpcat secret set ${declared.name} ${key}`);
  });
  if (missing.length === 0) return;
  throw new McpcatError('settings-missing', 'the file names secrets that are not stored here:', {
    detail: missing,
    hint: 'store them, then import again',
  });
}
