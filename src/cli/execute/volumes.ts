import type { Engine, VolumeFacts } from '../../engine/engine.ts';
import { volumesOf } from '../../launch/whose.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { megabytes } from '../../lib/size.ts';
import { shortId } from '../../lib/short-id.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { engineOf, sayOthers, whoseOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [verb, ...names] = positionals;
  if (verb !== undefined && verb !== 'rm')
    throw new McpcatError('usage', `expected "volumes" or "volumes rm VOLUME…", found "volumes ${verb}"`);
  if (verb === 'rm' && names.length === 0)
    throw new McpcatError('usage', 'expected the name of a volume', { hint: 'mcpcat volumes shows them' });
  const engine = await engineOf(invocation);
  const { found, others } = await volumesOf(engine, whoseOf(invocation));
  const json = options.flag('json');
  if (verb === undefined) {
    terminal.stdout.write(json ? jsonText(found.map(factsOf)) : page(found));
    sayOthers(invocation, others, 'belong to');
    return 0;
  }
  const removed = await remove(engine, chosen(found, names));
  terminal.stdout.write(json ? jsonText(removed) : removed.map(({ name }) => `removed ${name}\n`).join(''));
  return 0;
};

/** All of them, or an error before the first is removed. */
function chosen(found: readonly VolumeFacts[], names: readonly string[]): readonly VolumeFacts[] {
  const volumes = [...new Set(names)].map((name) => {
    const volume = found.find((candidate) => candidate.name === name);
    if (volume !== undefined) return volume;
    const near = didYouMean(
      name,
      found.map((candidate) => candidate.name),
    );
    throw new McpcatError('usage', `no server of yours has a volume "${name}"`, {
      hint: near || 'mcpcat volumes shows them',
    });
  });
  const busy = volumes.find(({ containers }) => containers.length > 0);
  if (busy === undefined) return volumes;
  const users = busy.containers.map(shortId).join(', ');
  throw new McpcatError('volume-in-use', `the volume ${busy.name} is in use by ${users}`, {
    hint: `mcpcat stop ${oneLine(busy.labels[label.server] ?? '')} ends its server`,
  });
}

/** The engine has the last word: a server may have started in between. */
async function remove(engine: Engine, volumes: readonly VolumeFacts[]): Promise<Facts[]> {
  const removed: Facts[] = [];
  for (const volume of volumes) {
    await engine.removeVolume(volume.name);
    removed.push(factsOf(volume));
  }
  return removed;
}

interface Facts {
  readonly name: string;
  readonly server: string;
  readonly state: string;
  /** Whose it is: a package, and the catalog that has it; null for one from before there was a word for that. */
  readonly source: string | null;
  readonly catalog: string | null;
  readonly bytes: number | null;
  readonly created: string | null;
  readonly containers: readonly string[];
}

function factsOf({ name, labels, bytes, created, containers }: VolumeFacts): Facts {
  return {
    name,
    server: labels[label.server] ?? '',
    state: labels[label.state] ?? '',
    source: labels[label.source] ?? null,
    catalog: labels[label.catalog] ?? null,
    bytes: bytes ?? null,
    created: created ?? null,
    containers,
  };
}

function page(found: readonly VolumeFacts[]): string {
  const rows = found
    .map(factsOf)
    .map(({ name, server, state, bytes, created, containers }) => [
      name,
      server,
      state,
      sizeText(bytes),
      created?.slice(0, 16).replace('T', ' ') ?? '',
      containers.length === 0 ? 'no' : `by ${containers.map(shortId).join(', ')}`,
    ]);
  return rows.length === 0
    ? 'no server has kept anything\n'
    : table(['volume', 'server', 'state', 'size', 'created', 'in use'], rows);
}

function sizeText(bytes: number | null): string {
  if (bytes === null) return 'not measured';
  return bytes < 100_000 ? `${String(bytes)} bytes` : megabytes(bytes);
}
