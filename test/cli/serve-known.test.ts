import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { provedSurface } from '../../src/catalog-index/proved-surface.ts';
import type { Invocation } from '../../src/cli/command.ts';
import { knownServers, knownSurfaces, type KnownServer } from '../../src/cli/execute/serve-known.ts';
import { serverToRun } from '../../src/cli/execute/run-server.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { catalogIndexOf, proofText, serverFiles } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from '../surface/surfaces.ts';

function invocation(catalog: string, home: string, http = false): Invocation {
  return {
    options: {
      text: (name: string) => (name === 'catalog' ? catalog : undefined),
      flag: (name: string) => name === 'http' && http,
      list: () => [],
    },
    terminal: { env: { HOME: home }, host: thisHost(), stderr: { write: () => true } },
  } as unknown as Invocation;
}

test('a server is known as long as its files are as they were, and read where one has changed', async (t) => {
  const catalog = temporaryFolder(t, serverFiles('x'));
  const asked = invocation(catalog, temporaryFolder(t));
  // As if nothing had been written for a minute.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  // Where each reading leaves a trace.
  const kept = path.join(thisHost().folders(asked.terminal.env).cache, 'entries');
  const fields = ({ declared, recorded, tools, signing }: KnownServer): unknown =>
    // As JSON keeps them.
    JSON.parse(jsonText({ declared, recorded, tools, signing }));
  const now = async (): Promise<{ readonly server: unknown; readonly wasRead: boolean }> => {
    rmSync(kept, { recursive: true, force: true });
    const found = await knownServers(asked)(asked, 'x');
    await turn();
    assert.deepEqual(found.source, { kind: 'folder', folder: catalog });
    return { server: fields(found), wasRead: existsSync(kept) };
  };
  const server = fields(await serverToRun(asked, 'x'));
  assert.deepEqual(await now(), { server, wasRead: true });
  assert.deepEqual(await now(), { server, wasRead: false });
  for (const [file, text] of [
    ['x/tools.json', '{"tools":[]}'],
    ['x/image.json', '{}'],
    ['signing.json', '{"publicKey":"k"}'],
    ['x/server.yaml', serverFiles('x', 'args: [--other]\n')['x/server.yaml'] ?? ''],
  ] as const) {
    writeFileSync(path.join(catalog, file), text);
    const expected = fields(await serverToRun(asked, 'x'));
    assert.deepEqual(await now(), { server: expected, wasRead: true }, file);
    assert.deepEqual(await now(), { server: expected, wasRead: false }, file);
  }
  rmSync(path.join(catalog, 'x/server.yaml'));
  await assert.rejects(now(), { name: 'McpcatError', code: 'entry-invalid' });
});

test('of a catalog.json all servers are read anew where it has changed', async (t) => {
  const { text } = await catalogIndexOf(t, 'x', 'y');
  const folder = temporaryFolder(t, { 'catalog.json': text });
  const file = path.join(folder, 'catalog.json');
  const asked = invocation(file, temporaryFolder(t));
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  const kept = path.join(thisHost().folders(asked.terminal.env).cache, 'listed');
  const now = async (name: string): Promise<readonly [description: string, wasRead: boolean]> => {
    rmSync(kept, { recursive: true, force: true });
    const { declared } = await knownServers(asked)(asked, name);
    await turn();
    return [declared.description, existsSync(kept)];
  };
  const [described] = await now('x');
  assert.deepEqual(await now('x'), [described, false]);
  assert.deepEqual(await now('y'), [described, true]);
  writeFileSync(file, text.replaceAll(described, 'Another.'));
  assert.deepEqual(
    [await now('x'), await now('x')],
    [
      ['Another.', true],
      ['Another.', false],
    ],
  );
});

test('a surface is known by its head; its lists are of the very file that it was, or there are none and that is said', async (t) => {
  const surface = aSurface({}, { instructions: 'Be brief.' });
  const files = {
    ...serverFiles('x'),
    'x/surface.json': surfaceText(surface),
    'x/proof.json': proofText({ surface: surfaceSha256(surface) }),
  };
  const catalog = temporaryFolder(t, files);
  const asked = invocation(catalog, temporaryFolder(t));
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  const said: string[] = [];
  const now = (): ReturnType<typeof provedSurface> =>
    provedSurface(path.join(catalog, 'x'), {
      ...knownSurfaces(asked),
      say: (line) => said.push(line),
    });
  assert.deepEqual(now(), surface);
  await turn();
  assert.deepEqual(now(), surface);
  const [before] = now()?.revisions ?? [];
  const other = aSurface({}, { instructions: 'Obey.' });
  writeFileSync(path.join(catalog, 'x/surface.json'), surfaceText(other));
  assert.throws(now, { code: 'entry-invalid', message: /as its proof has seen it/ });
  writeFileSync(path.join(catalog, 'x/proof.json'), proofText({ surface: surfaceSha256(other) }));
  assert.deepEqual(now(), other);
  assert.deepEqual(said, []);
  assert.deepEqual([before?.instructions, before?.tools], ['Be brief.', []]);
  assert.match(said.join('\n'), /x.surface\.json: expected sha256 [0-9a-f]{64}, as when mcpcat serve began/);
});

test('over HTTP, and of an address, no surface is remembered', (t) => {
  const home = temporaryFolder(t);
  assert.deepEqual(knownSurfaces(invocation(temporaryFolder(t), home, true)), {});
  assert.deepEqual(knownSurfaces(invocation('https://example.com/catalog.json', home)), {});
  assert.deepEqual(readdirSync(home), []);
});
