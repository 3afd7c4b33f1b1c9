import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { problemText } from '../../catalog/problem.ts';
import { chooseExported, type Exported, type ExportedWithTools, type LeftOut } from '../../export/choose.ts';
import { deepLinks } from '../../clients/deep-links.ts';
import { dockerCatalog } from '../../export/docker-catalog.ts';
import { mcpbBundle } from '../../export/mcpb.ts';
import { serverJson } from '../../export/server-json.ts';
import { toolhiveRegistry } from '../../export/toolhive.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { projectFolder } from '../../lib/project.ts';
import { pool } from '../../lib/pool.ts';
import type { ListedServer, CatalogIndex } from '../../catalog-index/catalog-index.ts';
import type { Execute, Invocation } from '../command.ts';
import { flagText } from '../flags.ts';
import { clusterFiles } from './export-kubernetes.ts';
import { isOutside, outsideFiles, type OutsideForm } from './export-outside.ts';
import { fingerprintsNow } from './fingerprints.ts';
import { serverIn, sourceOf, wholeCatalogIndex, type WholeCatalogIndex } from './view.ts';
import { writeOut } from './write-out.ts';

const forms = [
  'server-json',
  'toolhive',
  'docker-catalog',
  'links',
  'mcpb',
  'srt',
  'vscode-sandbox',
  'kubernetes',
] as const;
type Form = (typeof forms)[number];

/** What one or more files hold, by path below `--out`; the path of a single file is empty. */
type Files = ReadonlyMap<string, string | Uint8Array>;

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const form = formOf(options.text('format'));
  const publisher = form === 'kubernetes' ? undefined : options.text('namespace');
  const namespace = namespaceOf(publisher ?? 'io.mcpcat');
  const whole = await wholeCatalogIndex(invocation, () => fingerprintsNow(options.list('base')));
  const { catalogIndex, problems: all } = whole;
  const problems = invocation.positionals.length === 0 ? all : [];
  const servers = named(invocation, catalogIndex);
  const facts = { namespace, toolsOf: whole.toolsOf };
  const { files, left, count } = await made(form, { servers, facts, invocation });
  await write(invocation, files);
  for (const problem of problems) terminal.stderr.write(`mcpcat: ${problemText(problem)}\n`);
  if (!options.flag('quiet'))
    for (const { name, reason, inputs = [] } of left)
      terminal.stderr.write(
        `mcpcat: ${name} is left out: ${[reason, ...inputs.map((input) => `(see ${flagText(input)})`)].join(' ')}\n`,
      );
  terminal.stderr.write(`mcpcat: ${String(count)} of ${String(servers.length)} servers exported\n`);
  return problems.length === 0 && left.length === 0 ? 0 : 1;
};

function formOf(text: string | undefined): Form {
  const form = forms.find((known) => known === text);
  if (form !== undefined) return form;
  throw new McpcatError('usage', `--format: expected ${forms.join(', ')}, found "${text ?? ''}"`);
}

/** As the official registry's schema has it. */
function namespaceOf(text: string): string {
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)) return text;
  throw new McpcatError('usage', `--namespace: expected a name such as io.github.owner, found "${text}"`);
}

function named(invocation: Invocation, { servers }: CatalogIndex): ListedServer[] {
  const names = invocation.positionals;
  if (names.length === 0) return Object.values(servers);
  const source = sourceOf(invocation);
  return [...new Set(names)].toSorted().map((name) => serverIn(servers, { name, source }));
}

interface Facts extends Pick<WholeCatalogIndex, 'toolsOf'> {
  readonly namespace: string;
}

interface Made {
  readonly files: Files;
  readonly left: readonly LeftOut[];
  /** Servers in the files. */
  readonly count: number;
}

interface Wanted {
  readonly servers: readonly ListedServer[];
  readonly facts: Facts;
  readonly invocation: Invocation;
}

async function made(form: Form, wanted: Wanted): Promise<Made> {
  const { servers, invocation } = wanted;
  if (form === 'kubernetes') return clusterFiles(servers, invocation);
  return isOutside(form) ? outsideFiles(form, servers, invocation) : ownFiles(form, wanted);
}

type ImageForm = 'server-json' | 'toolhive' | 'docker-catalog';

/** What starts our images, or us. */
async function ownFiles(
  form: Exclude<Form, OutsideForm | 'kubernetes'>,
  { servers, facts, invocation }: Wanted,
): Promise<Made> {
  if (form === 'links') {
    const links = servers.map((server) => [server.name, deepLinks(server)]);
    return { files: new Map([['', jsonText(Object.fromEntries(links))]]), left: [], count: servers.length };
  }
  if (form === 'mcpb') {
    const starter = await readFile(path.join(projectFolder(), 'bin', 'mcpb-starter.cjs'));
    const files = servers.map(
      (server) => [`mcpcat-${server.name}.mcpb`, mcpbBundle(server, starter)] as const,
    );
    return { files: new Map(files), left: [], count: servers.length };
  }
  const { options } = invocation;
  const choice = {
    unproved: options.flag('unproved'),
    local: options.flag('local') ? sourceOf(invocation) : undefined,
  };
  const { chosen, left } = chooseExported(servers, choice);
  return { files: await filesOf(form, chosen, facts), left, count: chosen.length };
}

async function filesOf(form: ImageForm, exported: readonly Exported[], facts: Facts): Promise<Files> {
  const { namespace } = facts;
  switch (form) {
    case 'toolhive':
      return new Map([['', jsonText(toolhiveRegistry(await withTools(exported, facts), namespace))]]);
    case 'docker-catalog':
      return new Map([['', dockerCatalog(await withTools(exported, facts))]]);
    case 'server-json':
      return new Map(
        exported.map((one) => [
          path.join(one.server.name, 'server.json'),
          jsonText(serverJson(one, namespace)),
        ]),
      );
  }
}

/** Files of tools asked for at once. */
const maxAtOnce = 8;

function withTools(exported: readonly Exported[], { toolsOf }: Facts): Promise<ExportedWithTools[]> {
  return pool(exported, maxAtOnce, async (one) => ({ ...one, tools: await toolsOf(one.server) }));
}

async function write({ options, terminal }: Invocation, files: Files): Promise<void> {
  const out = options.text('out');
  if (out !== undefined) {
    for (const [file, content] of files) await writeOut(path.join(path.resolve(out), file), content);
    return;
  }
  const [first] = files.values();
  if (files.size > 1 || first instanceof Uint8Array)
    throw new McpcatError('usage', `expected --out DIR for ${String(files.size)} files`, {
      hint: first instanceof Uint8Array ? 'a bundle is no text' : 'or the name of one server',
    });
  if (first !== undefined) terminal.stdout.write(first);
}
