import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { McpcatError } from '../../lib/errors.ts';
import { yamlOffset } from '../../lib/yaml-offset.ts';

/** A kubeconfig's files, the first of which says more (client-go, "Merging kubeconfig files"). */
export interface KubeconfigFile {
  readonly file: string;
  readonly text: string;
}

/** One context in full: where the API server is, and what proves who asks. Paths are as they stand in `file`. */
export interface ChosenContext {
  readonly cluster: Cluster & { readonly file: string };
  readonly user: User & { readonly file: string };
}

type Path = readonly (string | number)[];

const text = z.string();
const cluster = z.object({
  server: z.string().refine((url) => URL.canParse(url) && new URL(url).protocol === 'https:', {
    error: 'expected an address that begins with https://',
  }),
  'certificate-authority': text.optional(),
  'certificate-authority-data': text.optional(),
  'tls-server-name': text.optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'proxy-url': text.optional(),
});
const execPlugin = z.object({
  apiVersion: text,
  command: text,
  args: z.array(text).nullish(),
  env: z.array(z.object({ name: text, value: text })).nullish(),
  installHint: text.optional(),
  provideClusterInfo: z.boolean().optional(),
  // `Always` wants a terminal, which a server's launcher never has.
  interactiveMode: z
    .enum(['Never', 'IfAvailable'], { error: 'expected Never or IfAvailable: nobody is there to be asked' })
    .optional(),
});
const user = z.object({
  token: text.optional(),
  tokenFile: text.optional(),
  'client-certificate': text.optional(),
  'client-certificate-data': text.optional(),
  'client-key': text.optional(),
  'client-key-data': text.optional(),
  exec: execPlugin.optional(),
  'auth-provider': z.unknown().optional(),
  username: text.optional(),
  as: text.optional(),
});
const context = z.object({ cluster: text, user: text });

export type Cluster = z.infer<typeof cluster>;
export type User = z.infer<typeof user>;
export type ExecPlugin = z.infer<typeof execPlugin>;

/** What is never done without, and what we can't do: refused by name instead of left out in silence. */
const refusedOfClusters = {
  'insecure-skip-tls-verify': 'the API server must prove who it is: name its certificate-authority',
  'proxy-url': 'a proxy in front of an API server is not supported',
} as const;
const refusedOfUsers = {
  'auth-provider': 'it was removed from Kubernetes 1.26: use the exec plugin of your cloud',
  username: 'names with passwords were removed from Kubernetes 1.19',
  as: 'to act as somebody else is not supported: use a context of that user',
} as const;

/** Throws `engine-missing` (no such context) or `usage` (what stands there can't be used), with file, line and column. */
export function chooseContext(files: readonly KubeconfigFile[], name: string): ChosenContext {
  const documents = files.map((file) => new ParsedFile(file));
  const chosen = named(documents, { list: 'contexts', item: 'context', name });
  if (chosen === undefined) throw noContext(documents, name);
  const { value: names, file, path } = checked(chosen, context);
  const clusterNamed = named(documents, { list: 'clusters', item: 'cluster', name: names.cluster });
  if (clusterNamed === undefined)
    throw file.problem([...path, 'cluster'], `there is no cluster "${names.cluster}"`);
  const userNamed = named(documents, { list: 'users', item: 'user', name: names.user });
  if (userNamed === undefined) throw file.problem([...path, 'user'], `there is no user "${names.user}"`);
  const ofCluster = checked(clusterNamed, cluster);
  refuse(ofCluster, refusedOfClusters);
  const ofUser = checked(userNamed, user);
  refuse(ofUser, refusedOfUsers);
  return {
    cluster: { ...ofCluster.value, file: ofCluster.file.name },
    user: { ...ofUser.value, file: ofUser.file.name },
  };
}

class ParsedFile {
  readonly name: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor({ file, text: content }: KubeconfigFile) {
    this.name = file;
    this.#document = parseDocument(content, { lineCounter: this.#lines, prettyErrors: false });
    const [error] = this.#document.errors;
    if (error !== undefined) throw this.#at(error.pos[0], `YAML: ${error.message}`);
  }

  value(path: Path): unknown {
    const node: unknown = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    return isNode(node) ? node.toJS(this.#document, { maxAliasCount: 10 }) : undefined;
  }

  /** `FILE:LINE:COLUMN: PATH: MESSAGE`, at the nearest thing that exists. */
  problem(path: Path, message: string): McpcatError {
    return this.#at(
      yamlOffset(this.#document, path),
      `${path.filter((part) => typeof part === 'string').join('.')}: ${message}`,
    );
  }

  #at(offset: number, message: string): McpcatError {
    const { line, col } = this.#lines.linePos(offset);
    return new McpcatError('usage', `${this.name}:${String(line)}:${String(col)}: ${message}`);
  }
}

interface Item<T = unknown> {
  readonly file: ParsedFile;
  readonly path: Path;
  readonly value: T;
}

interface Wanted {
  readonly list: 'contexts' | 'clusters' | 'users';
  readonly item: 'context' | 'cluster' | 'user';
  readonly name: string;
}

/** The first file that has one of this name counts. */
function named(files: readonly ParsedFile[], { list, item, name }: Wanted): Item | undefined {
  for (const file of files) {
    const index = namesIn(file, list).indexOf(name);
    if (index >= 0) return { file, path: [list, index, item], value: file.value([list, index, item]) };
  }
  return undefined;
}

function namesIn(file: ParsedFile, list: Wanted['list']): readonly unknown[] {
  const items = file.value([list]);
  if (!Array.isArray(items)) return [];
  return items.map((it: unknown) =>
    typeof it === 'object' && it !== null && 'name' in it ? it.name : undefined,
  );
}

function checked<T>({ file, path, value }: Item, schema: z.ZodType<T>): Item<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return { file, path, value: result.data };
  const [issue] = result.error.issues;
  const below = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  throw file.problem(
    [...path, ...below],
    (issue?.message ?? 'expected something else').replace('Invalid input: ', ''),
  );
}

function refuse<T extends object>(
  { file, path, value }: Item<T>,
  reasons: Readonly<Record<string, string>>,
): void {
  for (const [key, reason] of Object.entries(reasons)) {
    const found: unknown = Reflect.get(value, key);
    if (found !== undefined && found !== false && found !== '') throw file.problem([...path, key], reason);
  }
}

function noContext(files: readonly ParsedFile[], name: string): McpcatError {
  const there = files.flatMap((file) => namesIn(file, 'contexts')).filter((it) => typeof it === 'string');
  const places = files.map((file) => file.name).join(', ');
  return new McpcatError(
    'engine-missing',
    `there is no context "${name}" in ${places}: found ${there.join(', ') || 'none'}`,
    { hint: 'kubectl config get-contexts shows them' },
  );
}
