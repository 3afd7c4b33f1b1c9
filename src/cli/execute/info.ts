import { loadServer } from '../../catalog/load.ts';
import { permissionSentences } from '../../catalog/permissions.ts';
import { imageOf, type Server } from '../../catalog/server.ts';
import type { ImageFacts } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { megabytes } from '../../lib/size.ts';
import type { Execute, Invocation } from '../command.ts';
import { engineOf, folderOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [name] = positionals;
  if (name === undefined)
    throw new McpcatError('usage', 'expected the name of a server', { hint: 'mcpcat list shows them' });
  const server = await loadServer(folderOf(invocation), name);
  const image = await localImage(invocation, imageOf(name));
  terminal.stdout.write(options.flag('json') ? jsonText(factsOf(server, image)) : pageOf(server, image));
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

function factsOf({ entry, lock }: Server, image: ImageFacts | undefined): unknown {
  return {
    ...entry,
    version: lock?.version ?? null,
    runtime: lock?.runtime ?? null,
    image: { reference: imageOf(entry.name), digest: image?.id ?? null, bytes: image?.bytes ?? null },
  };
}

function pageOf({ entry, lock }: Server, image: ImageFacts | undefined): string {
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
