import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { refuse } from './found.ts';

const Server = z.object({
  command: z.union([
    z.string(),
    z.array(z.string()),
    z.object({ path: z.string(), args: z.array(z.string()).optional() }),
  ]),
  args: z.array(z.coerce.string()).optional(),
  env: z.record(z.string(), z.coerce.string()).optional(),
  environment: z.record(z.string(), z.coerce.string()).optional(),
});

/** Where clients keep their servers; the shapes are in docs of each (Claude, VS Code, Zed, opencode). */
const containers = ['mcpServers', 'servers', 'mcp', 'context_servers'] as const;

/** A client's JSON, whole or one entry of it, as words of a command line and settings; undefined if it is no JSON. */
export function configuration(
  text: string,
): { readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> } | undefined {
  const trimmed = text.trim().replace(/,$/, '');
  if (!/^[{"]/.test(trimmed) || !trimmed.includes('{')) return undefined;
  const tree = read(trimmed.startsWith('{') ? trimmed : `{${trimmed}}`);
  const { name, server } = only(tree);
  const parsed = Server.safeParse(server);
  if (!parsed.success)
    throw refuse(
      `${name}: expected "command" and "args", found ${Object.keys(server).join(', ') || 'nothing'}`,
      'a server that is reached by an address runs elsewhere: name a package instead',
    );
  const { command, args = [], env, environment } = parsed.data;
  const words =
    typeof command === 'string'
      ? [command, ...args]
      : Array.isArray(command)
        ? [...command, ...args]
        : [command.path, ...(command.args ?? args)];
  return { words, env: withoutReferences({ ...env, ...environment }) };
}

type Tree = Readonly<Record<string, unknown>>;

/** JSON with the comments and trailing commas that people's files have. */
function read(text: string): Tree {
  const plain = text.replaceAll(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, kept: string | undefined) => kept ?? '',
  );
  const document = parseDocument(
    plain.replaceAll(
      /("(?:[^"\\]|\\.)*")|,(\s*[}\]])/g,
      (_, kept: string | undefined, end: string | undefined) => kept ?? end ?? '',
    ),
  );
  const [problem] = document.errors;
  if (problem !== undefined || !isMap(document.contents)) {
    const [at] = problem?.linePos ?? [];
    const place = at === undefined ? '' : `, line ${String(at.line)}, column ${String(at.col)}`;
    throw refuse(
      `expected the JSON of a client${place}, found ${problem?.message.split('\n')[0] ?? 'something else'}`,
      'paste one entry of mcpServers, braces included',
    );
  }
  return plainObject(document.contents);
}

function plainObject(map: YAMLMap): Tree {
  const names = map.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`"${twice}" stands twice`, 'paste one entry of mcpServers');
  return map.toJSON() as Tree;
}

/** The one server in it, however deep. */
function only(tree: Tree): { readonly name: string; readonly server: Tree } {
  if ('command' in tree || 'url' in tree) return { name: 'the entry', server: tree };
  const inner = containers.map((key) => tree[key]).find(isTree);
  if (inner !== undefined) return only(inner);
  const servers = Object.entries(tree).filter((pair): pair is [string, Tree] => isTree(pair[1]));
  const [first] = servers;
  if (first === undefined)
    throw refuse('expected the JSON of a client, found no server in it', 'paste one entry of mcpServers');
  if (servers.length > 1)
    throw refuse(
      `expected one server, found ${servers.map(([name]) => name).join(', ')}`,
      'paste one of them at a time',
    );
  return { name: first[0], server: first[1] };
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `${input:key}` and `$KEY` name a value that is elsewhere: no example to learn from. */
function withoutReferences(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      /^\$\{?[\w:.-]+\}?$|^\{env:\w+\}$/.test(value) ? '' : value,
    ]),
  );
}
