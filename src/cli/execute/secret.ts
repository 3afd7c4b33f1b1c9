import { text as allText } from 'node:stream/consumers';
import { isPlaceholder } from '../../adopt/placeholder.ts';
import { catalogId, catalogSource } from '../../catalog/catalog-source.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { secretFile, storedNames, type SecretOwner } from '../../secrets/file-store.ts';
import { removeSecret, storeSecret, type NewSecret, type StoredSecret } from '../../secrets/secrets.ts';
import { askSecret, canAsk } from '../ask.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { serverToRun } from './run-server.ts';
import { secretSource } from './secret-source.ts';

export const execute: Execute = async (invocation) => {
  const [verb, server, name, ...more] = invocation.positionals;
  if (verb === 'list' && name === undefined) return list(invocation, server);
  if ((verb === 'set' || verb === 'rm') && server !== undefined && name !== undefined && more.length === 0)
    return verb === 'set' ? set(invocation, server, name) : remove(invocation, server, name);
  throw new McpcatError(
    'usage',
    `expected "secret set SERVER NAME", "secret rm SERVER NAME" or "secret list", found "${['secret', ...invocation.positionals.slice(0, 3)].join(' ')}"`,
    {
      hint: 'a value is never part of the command: others could read it there',
    },
  );
};

async function set(invocation: Invocation, server: string, name: string): Promise<number> {
  const { declared } = await serverToRun(invocation, server);
  if (!Object.hasOwn(declared.env, name))
    throw new McpcatError('usage', `${server} has no setting "${name}"`, {
      hint: didYouMean(name, Object.keys(declared.env)) || `mcpcat info ${server} shows them`,
    });
  const owner = { catalog: catalogOf(invocation), server };
  const secret = await newSecret(invocation, owner, name);
  const stored = await storeSecret(owner, secret, secretSource(invocation.terminal));
  const { example } = declared.env[name] ?? {};
  // Whoever stores it by hand may mean it.
  if ('value' in secret && isPlaceholder({ name, value: secret.value, isSecret: true, example }))
    invocation.terminal.stderr.write(
      `mcpcat: ${name} looks like what stands where a value belongs: look whether it is the real one\n`,
    );
  if (stored.left !== undefined)
    invocation.terminal.stderr.write(`mcpcat: the keyring still has the value of before: ${stored.left}\n`);
  print(invocation, { server, name, ...stored }, storedText({ owner, name, stored }, invocation));
  return 0;
}

async function newSecret(invocation: Invocation, { server }: SecretOwner, name: string): Promise<NewSecret> {
  const { options } = invocation;
  const reference = options.text('reference');
  const others = ['stdin', 'from-env', 'file'].filter((option) => options.flag(option));
  if (reference !== undefined && others.length > 0)
    throw new McpcatError('usage', `expected either --reference or --${others[0] ?? ''}, found both`);
  if (reference !== undefined && !/^[^\s-]\S{0,2000}$/.test(reference))
    throw new McpcatError('usage', '--reference: expected one without spaces that begins with no dash');
  if (reference !== undefined) return { name, reference };
  const value = await valueOf(invocation, server, name);
  if (value === '') throw new McpcatError('usage', 'expected a value, found an empty one');
  if (value.includes('\0')) throw new McpcatError('usage', 'expected a value without a NUL');
  return { name, value, where: options.flag('file') ? 'file' : undefined };
}

interface Told {
  readonly owner: SecretOwner;
  readonly name: string;
  readonly stored: StoredSecret;
}

function storedText({ owner, name, stored }: Told, { terminal }: Invocation): string {
  const { changed, where, why } = stored;
  const what = `${name} of ${owner.server}`;
  const places = {
    file: `${secretFile(terminal)}, for you alone to read, not encrypted${why === undefined ? '' : `: no keyring, ${why}`}`,
    keyring: 'the keyring',
    reference: 'the settings as a reference: its value stays where it is',
  };
  return changed ? `stored ${what} in ${places[where]}` : `${what} is stored like that already`;
}

async function valueOf({ options, terminal }: Invocation, server: string, name: string): Promise<string> {
  if (options.flag('from-env')) {
    const value = terminal.env[name];
    if (value !== undefined) return value;
    throw new McpcatError('usage', `--from-env: the environment has no ${name}`);
  }
  if (options.flag('stdin')) return (await allText(terminal.streams.stdin)).replace(/\r?\n$/, '');
  if (canAsk(terminal)) return askSecret(`${server}: ${name}: `, terminal);
  throw new McpcatError('usage', 'nobody can be asked for the value here', {
    hint: 'give it with --stdin or --from-env',
  });
}

async function remove(invocation: Invocation, server: string, name: string): Promise<number> {
  const owner = { catalog: catalogOf(invocation), server };
  const changed = await removeSecret({ owner, name }, invocation.terminal);
  if (!changed)
    throw new McpcatError('usage', `no ${name} of ${server} is stored`, {
      hint: 'mcpcat secret list shows what is',
    });
  print(invocation, { server, name, changed }, `removed ${name} of ${server}`);
  return 0;
}

function list(invocation: Invocation, server: string | undefined): number {
  const found = storedNames(catalogOf(invocation), invocation.terminal).filter(
    ([owner, secrets]) => secrets.length > 0 && (server ?? owner) === owner,
  );
  const rows = found.flatMap(([owner, secrets]) => secrets.map(([name, where]) => [owner, name, where]));
  const text = rows.length === 0 ? 'no secret is stored\n' : table(['server', 'secret', 'where'], rows);
  invocation.terminal.stdout.write(
    invocation.options.flag('json')
      ? jsonText(rows.map(([owner, name, where]) => ({ server: owner, name, where })))
      : text,
  );
  return 0;
}

function catalogOf({ options, terminal }: Invocation): string {
  return catalogId(catalogSource({ option: options.text('catalog'), env: terminal.env }));
}

function print({ options, terminal }: Invocation, facts: unknown, line: string): void {
  terminal.stdout.write(options.flag('json') ? jsonText(facts) : `${line}\n`);
}
