import { McpcatError } from '../lib/errors.ts';
import type { Client } from './client.ts';
import type { NamedEntry } from './text/config-text.ts';

/** How a client starts a server. */
export interface ServerStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Texts of `args` and values of `env` that are meant for the client to fill in. */
  readonly references?: readonly string[];
  /** Names of settings that the client hands on from elsewhere: its own keyring, its environment. */
  readonly handedOn?: readonly string[];
  /** A file that the client reads settings from. */
  readonly envFile?: string;
}

/** What a start of ours may take on a cold machine, with an image to pull. */
const startTimeoutSeconds = 120;

/**
 * An entry in the client's own form. Throws `entry-refused` if the client would make something else of one of its
 * texts: several put the value of a variable in the place of `$NAME`, in a password as anywhere.
 */
export function clientEntry(client: Client, name: string, start: ServerStart): NamedEntry {
  const { form } = client;
  refuseExpanded(client, start);
  const command =
    form.command === 'array'
      ? { command: [start.command, ...start.args] }
      : { [form.command]: start.command, args: [...start.args] };
  const env = Object.keys(start.env).length === 0 ? {} : { [form.env]: { ...start.env } };
  const longer =
    form.startTimeout === undefined
      ? {}
      : { [form.startTimeout.key]: startTimeoutSeconds * (form.startTimeout.unit === 'ms' ? 1000 : 1) };
  const named = form.named ? { name } : {};
  const { type, ...others } = form.fixed;
  return {
    name,
    entry: { ...named, ...(type === undefined ? {} : { type }), ...command, ...env, ...longer, ...others },
  };
}

/** What an entry of a client starts; undefined if it is none that starts a program (a server at an address, say). */
export function startOfEntry(client: Client, entry: unknown): ServerStart | undefined {
  const own = inner(entry);
  if (typeof own !== 'object' || own === null) return undefined;
  const at = (key: string): unknown => member(own, key);
  const command = at(client.form.command === 'array' ? 'command' : client.form.command);
  // Clients with a list of words accept one word besides, and the other way round.
  const words = [...texts(Array.isArray(command) ? command : [command]), ...texts(at('args'))];
  const [program, ...args] = words;
  if (program === undefined || program === '') return undefined;
  const env = at(client.form.env);
  const pairs = typeof env === 'object' && env !== null ? Object.entries(env) : [];
  return {
    command: program,
    args,
    env: Object.fromEntries(pairs.flatMap(([key, value]) => (isText(value) ? [[key, String(value)]] : []))),
    ...elsewhere(own),
  };
}

/** goose keeps secrets in its own keyring (`env_keys`), Codex hands on variables (`env_vars`), editors read a file (`envFile`). */
function elsewhere(own: object): Pick<ServerStart, 'handedOn' | 'envFile'> {
  const names = ['env_keys', 'env_vars'].flatMap((key) => {
    const list = member(own, key);
    return Array.isArray(list) ? list.map((one: unknown) => member(one, 'name') ?? one) : [];
  });
  const file = member(own, 'envFile');
  return {
    ...(names.length === 0 ? {} : { handedOn: texts(names) }),
    ...(typeof file === 'string' ? { envFile: file } : {}),
  };
}

/**
 * Some keep what they start one level deeper: `cline mcp add` writes `transport: { type, command, args }` (3.0.65), and
 * Zed's files have `command: { path, args, env }` from before it took the plain form.
 */
function inner(entry: unknown): unknown {
  const [transport, command] = [member(entry, 'transport'), member(entry, 'command')];
  const program = member(command, 'path');
  if (program !== undefined)
    return { command: program, args: member(command, 'args'), env: member(command, 'env') };
  return member(transport, 'command') === undefined ? entry : transport;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText).map(String) : [];
}

function isText(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

const expanded: Readonly<Record<Client['expands'], RegExp | undefined>> = {
  nothing: undefined,
  dollar: /\$(?:\{|[A-Za-z_])/,
  'dollar-braces': /\$\{/,
  'secrets-braces': /\$\{\{\s*secrets\./,
  'env-braces': /\{(?:env|file):/,
};

/** Whether the client puts something else in the place of this text, or may do so: not everything was tried with each. */
export function isReference({ expands }: Client, text: string): boolean {
  return expanded[expands]?.test(text) === true || /^\$\{[\w:.-]+\}$/.test(text);
}

function refuseExpanded(
  { title, expands }: Client,
  { command, args, env, references = [] }: ServerStart,
): void {
  const pattern = expanded[expands];
  const fields = [
    ['the path of mcpcat', command],
    ...args.map((arg) => ['an argument', arg]),
    ...Object.entries(env).map(([key, value]) => [`the value of ${key}`, value]),
  ].filter(([, text]) => !references.includes(text ?? ''));
  const found = fields.find(([, text]) => pattern?.test(text ?? '') === true);
  if (found === undefined) return;
  throw new McpcatError(
    'entry-refused',
    `${title} would put the value of a variable into ${found[0] ?? ''}, which holds "${pattern?.exec(found[1] ?? '')?.[0] ?? ''}"`,
    {
      hint: 'leave it out of the entry: set it in the environment of the client, or with another name',
    },
  );
}
