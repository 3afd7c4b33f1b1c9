import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { generateServer, type BuildEnvironment } from '../image-build/build-server.ts';
import { loadServer } from '../catalog/load.ts';
import { readProof } from '../catalog/proof.ts';
import { readTools } from '../catalog/tools.ts';
import type { Server } from '../catalog/server.ts';
import { McpcatError } from '../lib/errors.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import { checkVerified } from '../publish/verified.ts';
import { readSurfaceFile } from '../surface/read-surface.ts';
import { proposalText, proposalTitle } from './proposal.ts';
import type { VerifiedUpdate } from './update-entry.ts';

/** What an update may change of an entry: never `server.yaml`, which is what a person wrote. */
const fileNames = [
  'lock.json',
  'package-lock.json',
  'requirements.txt',
  'go.mod',
  'go.sum',
  'upstream.json',
  'history.json',
  'tools.json',
  'surface.json',
  'proof.json',
] as const;

/** GitHub takes bodies of up to 65,536 characters. */
const Saved = z.strictObject({
  proposalVersion: z.literal(1),
  name: z.string(),
  body: z.string().max(60_000),
  files: z.partialRecord(z.enum(fileNames), z.string()),
});

/** A release that one machine has verified, for another to propose. */
export interface SavedProposal {
  readonly title: string;
  /** Markdown, as the machine that verified it has written it. */
  readonly body: string;
  readonly files: Readonly<Record<string, string>>;
}

/** So one machine can start what strangers wrote without being permitted to push, and another the other way round. */
export async function saveProposal(update: VerifiedUpdate, folder: string): Promise<string> {
  const { name } = update.server.entry;
  const { body } = proposalText(update);
  const file = path.join(folder, `${name}.json`);
  await writeWhole(
    file,
    jsonText({ proposalVersion: 1, name, body: body.slice(0, 60_000), files: update.files }),
  );
  return `saved: ${file}`;
}

/**
 * What was saved of an entry, checked as if a stranger had written it: only files that an update changes, a lock that
 * fits the entry, and a proof of what that lock is built into. Throws `io-failed`, `entry-invalid` or
 * `image-unverified`.
 */
export async function readProposal(
  folder: string,
  { server, buildEnvironment }: { readonly server: Server; readonly buildEnvironment: BuildEnvironment },
): Promise<SavedProposal> {
  const { body, files, name } = await savedIn(path.join(folder, `${server.entry.name}.json`));
  if (name !== server.entry.name)
    throw new McpcatError(
      'entry-invalid',
      `${server.entry.name}: expected its own proposal, found one of ${name}`,
    );
  const lock = await checked(server, { files, buildEnvironment });
  return { title: proposalTitle(server, lock), body, files };
}

async function savedIn(file: string): Promise<z.infer<typeof Saved>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read the proposal ${file}`, { cause: error });
  });
  try {
    return Saved.parse(JSON.parse(text));
  } catch (error) {
    throw new McpcatError(
      'entry-invalid',
      `${file}: expected what an update saves: its files and no others`,
      {
        cause: error,
      },
    );
  }
}

/** The entry as it would be, put together in a folder of its own. */
async function checked(
  server: Server,
  {
    files,
    buildEnvironment,
  }: { readonly files: SavedProposal['files']; readonly buildEnvironment: BuildEnvironment },
): Promise<NonNullable<Server['lock']>> {
  const { name } = server.entry;
  const root = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-proposal-'));
  try {
    const folder = path.join(root, name);
    await cp(server.folder, folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
    const candidate = await loadServer(root, name);
    const { fingerprint } = await generateServer(candidate, buildEnvironment);
    checkVerified(candidate.entry, await readProof(folder), fingerprint);
    await readTools(folder);
    await readSurfaceFile(folder);
    if (candidate.lock === undefined) throw new Error('Internal error: generated without a lock');
    return candidate.lock;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
