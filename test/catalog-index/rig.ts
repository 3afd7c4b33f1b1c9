import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { jsonText } from '../../src/lib/folders.ts';
import { gatherCatalogIndex, type Fingerprints } from '../../src/catalog-index/gather.ts';
import type { CatalogTrust } from '../../src/catalog-index/catalog-trust.ts';
import type { CatalogIndex, ListedServer } from '../../src/catalog-index/catalog-index.ts';
import { entryText, lockText } from '../catalog/entry-text.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** As `--insecure-unverified` has it: what is tested is not who signs. */
export const trust: CatalogTrust = { data: '/nowhere', unsigned: 'accepted', env: {} };

export const fingerprint = 'f'.repeat(64);
export const permissions = { network: [], mounts: [], state: [], writable: ['/tmp'] };

/** What the locks of every server are now. */
const now: Fingerprints = () => Promise.resolve({ 'linux/amd64': fingerprint });

/** As `mcpcat test` writes it, changed as asked. */
export function proofText(changes: object = {}): string {
  return jsonText({
    proofVersion: 2,
    date: '2026-11-01',
    image: { id: 'sha256:1', fingerprint },
    engine: 'docker 28.1.0',
    permissions,
    works: 1,
    refused: 36,
    tools: 1,
    checks: ['handshake'],
    initializeMs: 400,
    memoryBytes: 40_000_000,
    exitMs: 90,
    ...changes,
  });
}

/** As `mcpcat publish` writes it. */
export function imageText(changes: object = {}): string {
  const platform = {
    digest: `sha256:${'b'.repeat(64)}`,
    fingerprint,
    compressedBytes: 10,
    bytes: 20,
  };
  return jsonText({
    imageVersion: 1,
    version: '1.0.0',
    repository: 'registry.example.com/mcpcat/x',
    digest: `sha256:${'a'.repeat(64)}`,
    inputs: 'inputs-1',
    platforms: { 'linux/amd64': platform },
    published: '2026-11-02',
    ...changes,
  });
}

export const toolsText = jsonText({ tools: [{ name: 'ask', description: 'Asks.', schema: 'c'.repeat(64) }] });

/** The files of one server that has everything. */
export function serverFiles(name: string, more = ''): Record<string, string> {
  return {
    [`${name}/server.yaml`]: entryText(name, { more }),
    [`${name}/lock.json`]: lockText({ published: '2026-10-01T00:00:00Z' }),
    [`${name}/proof.json`]: proofText(),
    [`${name}/image.json`]: imageText(),
    [`${name}/tools.json`]: toolsText,
  };
}

/** Such a server as the index has it; its `server.yaml` has `more` lines, and some files are other ones. */
export async function listed(
  t: TestContext,
  more = '',
  files: Readonly<Record<string, string>> = {},
): Promise<ListedServer> {
  const folder = temporaryFolder(t, { ...serverFiles('x', more), ...files });
  const { catalogIndex, problems } = await gatherCatalogIndex(folder, now);
  assert.deepEqual(problems, []);
  const server = catalogIndex.servers['x'];
  assert.ok(server);
  return server;
}

/** A catalog index of such servers, and its text. */
export async function catalogIndexOf(
  t: TestContext,
  ...names: readonly string[]
): Promise<{ readonly catalogIndex: CatalogIndex; readonly text: string }> {
  const files = Object.assign({}, ...names.map((name) => serverFiles(name))) as Record<string, string>;
  const { catalogIndex } = await gatherCatalogIndex(temporaryFolder(t, files), now);
  return { catalogIndex, text: jsonText(catalogIndex) };
}
