import { loadServer } from '../../catalog/load.ts';
import { proofSentence, readProof, type Proof } from '../../catalog/proof.ts';
import { permissionSentences } from '../../catalog/permissions.ts';
import { entryExists } from '../../catalog/quick.ts';
import { imageOf, type Server } from '../../catalog/server.ts';
import type { ImageFacts } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import { jsonText } from '../../lib/folders.ts';
import { megabytes } from '../../lib/size.ts';
import { narrowed } from '../../settings/narrow.ts';
import { readSettings } from '../../settings/read.ts';
import type { Execute, Invocation } from '../command.ts';
import { engineOf, folderOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [name] = positionals;
  if (name === undefined)
    throw new McpcatError('usage', 'expected the name of a server', { hint: 'mcpcat list shows them' });
  const folder = folderOf(invocation);
  const server = await loadServer(folder, name);
  const settings = readSettings(terminal.env);
  const { entry: left } = narrowed(server.entry, settings, entryExists(folder));
  const narrowing = settings?.servers.has(name) ? { left, file: settings.file } : undefined;
  const image = await localImage(invocation, imageOf(name));
  const known = { image, narrowing, proof: await readProof(server.folder) };
  terminal.stdout.write(options.flag('json') ? jsonText(factsOf(server, known)) : pageOf(server, known));
  return 0;
};

/** Undefined without an engine: what the catalog knows is worth showing all the same. */
async function localImage(invocation: Invocation, reference: string): Promise<ImageFacts | undefined> {
  try {
    return await (await engineOf(invocation)).inspectImage(reference);
  } catch {
    return undefined;
  }
}

/** What this machine adds to the catalog's word. */
interface Known {
  readonly proof: Proof | undefined;
  readonly image: ImageFacts | undefined;
  /** The entry as the user's settings file leaves it. */
  readonly narrowing: { readonly left: Server['entry']; readonly file: string } | undefined;
}

function factsOf({ entry, lock }: Server, { image, narrowing, proof }: Known): unknown {
  return {
    ...entry,
    version: lock?.version ?? null,
    runtime: lock?.runtime ?? null,
    narrowed:
      narrowing === undefined
        ? null
        : {
            file: narrowing.file,
            network: narrowing.left.permissions.network,
            limits: narrowing.left.limits,
          },
    proof: proof ?? null,
    image: { reference: imageOf(entry.name), digest: image?.id ?? null, bytes: image?.bytes ?? null },
  };
}

function pageOf({ entry, lock }: Server, { image, narrowing, proof }: Known): string {
  const settings = Object.entries(entry.env).map(([name, { description, required, secret }]) => {
    const traits = [required ? 'required' : 'optional', ...(secret ? ['secret'] : [])].join(', ');
    return `  ${name} (${traits}): ${description}`;
  });
  return `${[
    `${entry.title} (${entry.name} ${lock?.version ?? 'without lock'})`,
    entry.description,
    '',
    'What it may do:',
    ...permissionSentences(entry).map((sentence) => `  ${sentence}`),
    `  ${proofSentence(entry, proof, proofImage(image))}`,
    ...narrowingLines(entry, narrowing),
    ...(settings.length === 0 ? [] : ['', 'Settings:', ...settings]),
    '',
    `Source: ${entry.source}  License: ${entry.license}  ${entry.repository}`,
    image === undefined
      ? `Image: not on this engine (mcpcat build ${entry.name})`
      : `Image: ${imageOf(entry.name)} ${image.id} (${megabytes(image.bytes)})`,
    '',
    'In the configuration of an MCP client:',
    JSON.stringify({ mcpServers: { [entry.name]: clientConfig(entry) } }, undefined, 2),
  ].join('\n')}\n`;
}

function proofImage(image: ImageFacts | undefined): Parameters<typeof proofSentence>[2] {
  return image === undefined ? undefined : { id: image.id, fingerprint: image.labels[label.fingerprint] };
}

/** Only what differs. */
function narrowingLines(entry: Server['entry'], narrowing: Known['narrowing']): string[] {
  if (narrowing === undefined) return [];
  const declared = permissionSentences(entry);
  const changed = permissionSentences(narrowing.left).filter((sentence) => !declared.includes(sentence));
  return [
    '',
    `What ${narrowing.file} leaves of it:`,
    ...(changed.length === 0 ? ['all'] : changed).map((sentence) => `  ${sentence}`),
  ];
}

function clientConfig(entry: Server['entry']): unknown {
  const mounts = entry.permissions.mounts
    .filter(({ required }) => required)
    .flatMap(({ name }) => ['--mount', `${name}=/path/to/folder`]);
  const env = Object.entries(entry.env)
    .filter(([, { required }]) => required)
    .map(([name, { example }]) => [name, example ?? '…'] as const);
  return {
    command: 'mcpcat',
    args: ['run', entry.name, ...mounts],
    ...(env.length > 0 ? { env: Object.fromEntries(env) } : {}),
  };
}
