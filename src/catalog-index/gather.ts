import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { readSigning } from '../attest/read-signing.ts';
import { imageRecordFile, ImageRecord } from '../catalog/image-record.ts';
import { loadCatalog } from '../catalog/load.ts';
import type { Problem } from '../catalog/problem.ts';
import { Proof, proofFile } from '../catalog/proof.ts';
import type { Server } from '../catalog/server.ts';
import { imageVersion } from '../catalog/source.ts';
import { Tools, toolsFile } from '../catalog/tools.ts';
import { messageOf } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import {
  ListedServer,
  catalogIndexVersion,
  type ListedImage,
  type ListedTools,
  type CatalogIndex,
} from './catalog-index.ts';
import { statusOf } from './status.ts';
import { otherTools, seenBy, surfaceBeside } from './surface-beside.ts';
import { toolsFolderOf, toolsSha256 } from './tools-text.ts';

/** What the images of a server would be built from now, by platform. */
export type Fingerprints = (server: Server) => Promise<Readonly<Record<string, string>>>;

export interface Gathered {
  readonly catalogIndex: CatalogIndex;
  /** The text of each server's file of tools, by the server's name. */
  readonly tools: ReadonlyMap<string, string>;
  /** The text of each server's surface, by the server's name. */
  readonly surfaces: ReadonlyMap<string, string>;
  /** Broken entries and files: what is whole is listed all the same. */
  readonly problems: readonly Problem[];
}

/**
 * A catalog folder as one catalog index; the same files give the same catalog index. Without `fingerprints` see `listServer`. `file`
 * is where it will be: the tools go into a folder beside it.
 */
export async function gatherCatalogIndex(
  folder: string,
  fingerprints?: Fingerprints,
  file = 'catalog.json',
): Promise<Gathered> {
  const { servers, problems } = await loadCatalog(folder);
  const listed = await Promise.all([...servers.values()].map((server) => listServer(server, fingerprints)));
  const signing = readSigning(folder);
  const sorted = listed.toSorted((a, b) => (a.server.name < b.server.name ? -1 : 1));
  return {
    catalogIndex: {
      $schema: './catalog.schema.json',
      catalogVersion: catalogIndexVersion,
      toolsFolder: toolsFolderOf(file),
      ...(signing === undefined ? {} : { signing }),
      servers: Object.fromEntries(sorted.map(({ server }) => [server.name, server])),
    },
    tools: textsIn(sorted, 'tools'),
    surfaces: textsIn(sorted, 'surface'),
    problems: [...problems, ...listed.flatMap((of) => of.problems)],
  };
}

function textsIn(gleaned: readonly Gleaned[], key: 'tools' | 'surface'): ReadonlyMap<string, string> {
  return new Map(
    gleaned.flatMap(({ server, [key]: text }) => (text === undefined ? [] : [[server.name, text] as const])),
  );
}

export interface Gleaned {
  readonly server: ListedServer;
  /** The text of its file of tools. */
  readonly tools: string | undefined;
  /** The text of its surface, where it is the one that the proof has seen. */
  readonly surface: string | undefined;
  readonly problems: readonly Problem[];
}

/** One server with everything that lies beside its `server.yaml`. Without `fingerprints` its proof is believed to be of its lock. */
export async function listServer(server: Server, fingerprints?: Fingerprints): Promise<Gleaned> {
  const { entry, folder, lock } = server;
  const [tools, proof, record, now, surface] = await Promise.all([
    readChecked(toolsFile(folder), Tools, `remove it, then: mcpcat test ${entry.name}`),
    readChecked(proofFile(folder), Proof, `mcpcat test ${entry.name}`),
    readChecked(imageRecordFile(folder), ImageRecord, `mcpcat publish ${entry.name}`),
    fingerprintsOf(server, fingerprints),
    surfaceBeside(folder, entry.name),
  ]);
  const image = record.value === undefined ? undefined : listedImage(record.value);
  const seen = seenBy(proof.value, surface.value);
  const shown = seen?.tools ?? tools.value;
  const text = shown === undefined ? undefined : jsonText(shown);
  const other = { problem: otherTools(folder, tools.value, seen) };
  // Through the schema, for its order of keys.
  const listed = ListedServer.parse({
    ...entry,
    version: lock?.version ?? imageVersion(entry.source) ?? null,
    runtime: lock?.runtime ?? null,
    freshness: { released: lock?.published ?? null },
    image: image ?? null,
    tools: listedTools(shown, text),
    surface: seen === undefined ? null : { sha256: seen.sha256 },
    proof: proof.value ?? null,
    ...statusOf({
      server,
      proof: proof.value,
      image,
      surface: surface.value?.sha256,
      fingerprints: now.value,
    }),
  });
  const problems = [tools, proof, record, now, surface, other].flatMap(({ problem }) => problem ?? []);
  return { server: listed, tools: text, surface: seen?.text, problems };
}

function listedTools(tools: Tools | undefined, text: string | undefined): ListedTools | null {
  if (tools === undefined || text === undefined) return null;
  return { count: tools.tools.length, sha256: toolsSha256(text) };
}

function listedImage(record: ImageRecord): ListedImage {
  const { imageVersion: _, ...image } = record;
  const { repository, digest } = image;
  const platforms = Object.entries(image.platforms).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...image,
    platforms: Object.fromEntries(platforms),
    reference: repository === null ? null : `${repository}@${digest}`,
  };
}

interface Checked<T> {
  readonly value?: T;
  readonly problem?: Problem;
}

/** No file is no problem; one that is not what it should be counts as none, and is said. */
async function readChecked<T>(file: string, schema: z.ZodType<T>, hint: string): Promise<Checked<T>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const place = { file, line: 0, column: 0, hint };
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return { value: parsed.data };
    const [issue] = parsed.error.issues;
    const where =
      issue === undefined || issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
    return {
      problem: {
        ...place,
        message: `${where}${(issue?.message ?? 'not valid').replace(/^Invalid input: /, '')}`,
      },
    };
  } catch {
    return { problem: { ...place, message: 'it is not JSON' } };
  }
}

/** A lock that nothing can be generated from is that server's trouble alone. */
async function fingerprintsOf(
  server: Server,
  fingerprints: Fingerprints | undefined,
): Promise<Checked<Readonly<Record<string, string>>>> {
  if (fingerprints === undefined || server.lock === undefined) return {};
  try {
    return { value: await fingerprints(server) };
  } catch (error) {
    const file = path.join(server.folder, 'lock.json');
    return { value: {}, problem: { file, line: 0, column: 0, message: messageOf(error) } };
  }
}
