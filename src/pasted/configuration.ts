import { z } from 'zod';
import { clientFile, type Tree } from './client-file.ts';
import { refuse } from './found.ts';

const Words = z.array(z.coerce.string());
const Env = z.record(z.string(), z.coerce.string());
const Server = z.object({
  command: z.union([z.string(), z.array(z.string()), z.object({ path: z.string(), args: Words.optional() })]),
  args: Words.optional(),
  env: Env.optional(),
  environment: Env.optional(),
  envs: Env.optional(),
});

/** Where clients keep their servers; the shapes are in docs of each (Claude, VS Code, Zed, opencode, Codex, goose, Continue). */
const containers = ['mcpServers', 'servers', 'mcp', 'context_servers', 'mcp_servers', 'extensions'] as const;

/** A client's configuration, whole or one entry of it, as words of a command line and settings; undefined if it is none. */
export function configuration(
  text: string,
): { readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> } | undefined {
  const tree = clientFile(text);
  if (tree === undefined) return undefined;
  const { name, server } = only(tree);
  const parsed = Server.safeParse('cmd' in server ? { command: server['cmd'], ...server } : server);
  if (!parsed.success) throw misshapen(name, server);
  const { command, args = [], env, environment, envs } = parsed.data;
  const words =
    typeof command === 'string'
      ? [command, ...args]
      : Array.isArray(command)
        ? [...command, ...args]
        : [command.path, ...(command.args ?? args)];
  return { words, env: withoutReferences({ ...env, ...environment, ...envs }) };
}

function misshapen(name: string, server: Tree): Error {
  if (typeof server['args'] === 'string')
    return refuse(
      `${name}: expected "args" as a list, found text`,
      `write "args": ${JSON.stringify(server['args'].split(/\s+/).filter((word) => word !== ''))}`,
    );
  const remote = ['url', 'serverUrl', 'httpUrl', 'uri'].some((key) => key in server);
  return refuse(
    `${name}: expected "command" and "args", found ${Object.keys(server).join(', ') || 'nothing'}`,
    remote || !('command' in server)
      ? 'a server that is reached by an address runs elsewhere: name a package instead'
      : '"command" is a text, "args" a list of texts, "env" an object of texts',
  );
}

/** The one server in it, however deep. */
function only(tree: Tree): { readonly name: string; readonly server: Tree } {
  if ('command' in tree || 'cmd' in tree || 'url' in tree) return { name: 'the entry', server: tree };
  const inner = containers.map((key) => tree[key]).find((value) => isTree(value) || Array.isArray(value));
  if (Array.isArray(inner)) return onlyOf(inner.filter(isTree).map((server) => [nameOf(server), server]));
  if (isTree(inner)) return only(inner);
  return onlyOf(Object.entries(tree).filter((pair): pair is [string, Tree] => isTree(pair[1])));
}

function onlyOf(servers: readonly (readonly [string, Tree])[]): {
  readonly name: string;
  readonly server: Tree;
} {
  const [first] = servers;
  if (first === undefined)
    throw refuse(
      'expected the configuration of a client, found no server in it',
      'paste one entry of mcpServers',
    );
  if (servers.length > 1)
    throw refuse(
      `expected one server, found ${servers.map(([name]) => name).join(', ')}`,
      'paste one of them at a time',
    );
  return { name: first[0], server: first[1] };
}

function nameOf({ name }: Tree): string {
  return typeof name === 'string' ? name : 'the entry';
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `${input:key}` and `$KEY` name a value that is elsewhere: no example to learn from. */
function withoutReferences(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      /^\$\{?[\w:.-]+\}?$|^\$\{\{[^{}]+\}\}$|^\{env:\w+\}$/.test(value) ? '' : value,
    ]),
  );
}
