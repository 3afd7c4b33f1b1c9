import { planInstall } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { settingsOf } from '../env-file.ts';
import { mountRequests } from '../mount-option.ts';
import { withCatalog } from '../with-catalog.ts';
import type { Execute, Invocation } from '../command.ts';
import { chosenTargets } from './client-choice.ts';
import type { PackageServer } from './package-server.ts';
import { planServer, type ServerPlan } from './plan-server.ts';
import { putIntoClients } from './put-into-clients.ts';
import { serverToRun } from './run-server.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals } = invocation;
  const names = [...new Set(positionals)];
  const together = options.flag('serve');
  if (!together && options.text('profile') !== undefined)
    throw new McpcatError('usage', '--profile: expected --serve with it');
  if (together && options.text('name') !== undefined)
    throw new McpcatError('usage', '--name: the entry of --serve has its own name');
  if (names.length === 0 && !together)
    throw new McpcatError('usage', 'expected the names of servers', { hint: 'mcpcat list shows them' });
  const perServer = ['name', 'env', 'mount'].find(
    (option) => options.list(option).length > 0 || options.text(option) !== undefined,
  );
  if (names.length > 1 && perServer !== undefined)
    throw new McpcatError('usage', `--${perServer}: expected one server, found ${names.join(', ')}`);
  const targets = chosenTargets(invocation);
  const plans: ServerPlan[] = [];
  for (const name of names) plans.push(await planned(name, invocation));
  if (together) {
    const { installServed } = await import('./install-served.ts');
    return installServed(invocation, { targets, plans });
  }
  const changes = await Promise.all(targets.map((target) => planInstall(target, plans)));
  return putIntoClients(changes, invocation, { command: `install ${names.join(' ')}`, servers: plans });
};

async function planned(name: string, whole: Invocation): Promise<ServerPlan> {
  const found = name.includes(':') ? await packageFor(name, whole) : { name, catalog: undefined };
  const invocation = withCatalog(whole, found.catalog);
  const { options, terminal } = invocation;
  const server = await serverToRun(invocation, found.name);
  const wanted = {
    server,
    name: options.text('name') ?? server.declared.name,
    settings: settingsOf(options.list('env'), '--env', terminal.env),
    mounts: mountRequests(options.list('mount')),
  };
  return planServer(wanted, invocation);
}

/** A dry run writes nothing, into no catalog either. */
async function packageFor(text: string, invocation: Invocation): Promise<PackageServer> {
  const { packageServer } = await import('./package-server.ts');
  return packageServer(text, invocation, invocation.options.flag('dry-run') ? 'refuse' : 'add');
}
