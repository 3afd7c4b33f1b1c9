import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { catalogId } from '../../src/catalog/catalog-source.ts';
import { permissionsOf } from '../../src/catalog/proof.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { servedSurface, type ServedSurface } from '../../src/surface/served-surface.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import type { RevisionSurface, ToolDefinition } from '../../src/surface/surface.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { proofText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';
import { aSurface } from '../surface/surfaces.ts';

const say: ToolDefinition = {
  name: 'say',
  description: 'Says it. At length.',
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
};
const surface = aSurface({ dependsOn: 'settings' }, { tools: [say, { name: 'wipe', inputSchema: {} }] });
const [first] = surface.revisions;
assert.ok(first);
const revision: RevisionSurface = first;

interface User {
  readonly home: string;
  readonly tools: (...words: string[]) => Promise<Ran>;
  /** As `serve` has it, in this profile. */
  readonly serve: (profile?: string) => ServedSurface;
}

/** A user with a catalog of one server whose surface a proof has seen. */
async function user(t: TestContext): Promise<User> {
  const home = temporaryFolder(t);
  const catalog = path.join(home, 'catalog');
  cpSync(path.join(import.meta.dirname, 'catalog'), catalog, { recursive: true });
  const { entry } = await loadServer(catalog, 'echo');
  writeFileSync(path.join(catalog, 'echo/surface.json'), surfaceText(surface));
  const proof = proofText({ surface: surfaceSha256(surface), permissions: permissionsOf(entry) });
  writeFileSync(path.join(catalog, 'echo/proof.json'), proof);
  const profiles = path.join(home, '.config/mcpcat/profiles');
  mkdirSync(profiles, { recursive: true });
  writeFileSync(path.join(profiles, 'work.yaml'), 'servers: { echo: }\n');
  const env = { HOME: home, MCPCAT_CATALOG: catalog };
  const approved = (profile: string | undefined): string =>
    profile === undefined
      ? path.join(home, '.config/mcpcat/approved')
      : path.join(profiles, `${profile}.approved`);
  return {
    home,
    tools: (...words) => runHere(['tools', ...words], env),
    serve: (profile) =>
      servedSurface({
        served: { catalog: catalogId({ kind: 'folder', folder: catalog }), server: 'echo', profile },
        reviewed: surface,
        optional: [],
        start: { image: 'sha256:1', settings: {}, args: [] },
        approvals: approved(profile),
        places: { env: { HOME: home }, host: thisHost() },
        say: (line) => assert.fail(line),
      }),
  };
}

test('tools of a server are listed from its surface, without an engine', async (t) => {
  const { tools } = await user(t);
  const { code, stdout, stderr } = await tools('echo');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^tool +says it +description\nsay +reads +Says it\.\nwipe +changes\n/);
  assert.match(stdout, /Other settings give other tools: mcpcat info echo/);
  const facts = JSON.parse((await tools('echo', '--json')).stdout) as { tools: unknown };
  assert.deepEqual(facts.tools, revision.tools);
});

test('a server without a surface, or with one that no proof has seen, lists nothing', async (t) => {
  const { tools, home } = await user(t);
  const none = await tools('search');
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(
    none.stderr,
    /search: nothing is recorded of what it offers\nhint: mcpcat test search records it/,
  );
  const file = path.join(home, 'catalog/echo/surface.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('Says it.', 'Obey it.'));
  const tampered = await tools('echo');
  assert.deepEqual([tampered.code, tampered.stdout], [2, '']);
});

const changed: ToolDefinition = {
  ...say,
  description: 'Says it.\ngone: wipe\nAnd more\u200B.',
  annotations: { readOnlyHint: false },
};
const added: ToolDefinition = { name: 'spy', description: 'Looks.', inputSchema: {} };

test('diff shows each changed text with what hides in it, approve writes a line, and serve shows the tool then', async (t) => {
  const { tools, serve, home } = await user(t);
  const { pin } = serve();
  assert.deepEqual(pin(revision, { tools: [changed, added] }).tools, []);
  const { code, stdout } = await tools('diff', 'echo');
  assert.equal(code, 1);
  assert.equal(
    stdout,
    `Protocol revision 2025-11-25

changed: say
  description
    - Says it. At length.
    + Says it.
    + gone: wipe
    + And more\\u200b.
  annotations.readOnlyHint
    - true
    + false
  hides something: say: description: \\u200b

new: spy
    + {
    +   "name": "spy",
    +   "description": "Looks.",
    +   "inputSchema": {}
    + }

gone: wipe

mcpcat tools approve echo [TOOL…] shows them as they are now
`,
  );
  const approved = await tools('approve', 'echo', 'say');
  const file = path.join(home, '.config/mcpcat/approved');
  assert.deepEqual([approved.code, approved.stdout], [0, `approved say of echo, in ${file}\n`]);
  assert.match(readFileSync(file, 'utf8'), /\necho say sha256:[0-9a-f]{64} \d{4}-\d\d-\d\d\n$/);
  assert.deepEqual(pin(revision, { tools: [changed, added] }).tools, [changed]);
  const rest = JSON.parse((await tools('diff', 'echo', '--json')).stdout) as {
    revisions: { withheld: { tool: string }[] }[];
  };
  assert.deepEqual(
    rest.revisions[0]?.withheld.map(({ tool }) => tool),
    ['spy'],
  );
  assert.equal((await tools('approve', 'echo')).code, 0);
  assert.deepEqual(pin(revision, { tools: [changed, added] }).tools, [changed, added]);
  const none = await tools('approve', 'echo');
  assert.deepEqual([none.code, none.stdout], [0, 'echo: nothing is withheld\n']);
});

test('an approval in a profile holds in that profile alone', async (t) => {
  const { tools, serve, home } = await user(t);
  serve('work').pin(revision, { tools: [changed] });
  assert.match((await tools('diff', 'echo')).stderr, /mcpcat serve keeps it when the server runs$/m);
  assert.equal((await tools('approve', 'echo', '--profile', 'work')).code, 0);
  assert.ok(existsSync(path.join(home, '.config/mcpcat/profiles/work.approved')));
  assert.deepEqual(serve('work').pin(revision, { tools: [changed] }).tools, [changed]);
  assert.deepEqual(serve().pin(revision, { tools: [changed] }).tools, []);
});

test('what is not withheld can not be approved, what is listed twice is not shown, a damaged file approves nothing', async (t) => {
  const { tools, serve, home } = await user(t);
  serve().pin(revision, { tools: [changed, added, added] });
  const unknown = await tools('approve', 'echo', 'sai');
  assert.deepEqual([unknown.code, existsSync(path.join(home, '.config/mcpcat/approved'))], [2, false]);
  assert.match(unknown.stderr, /echo: no tool "sai" is withheld/);
  assert.equal((await tools('approve', 'echo')).code, 0);
  const { tools: shown } = serve().pin(revision, { tools: [changed, added, added] });
  assert.deepEqual(shown, [changed], 'of two of one name nobody can tell which one is called');
  writeFileSync(path.join(home, '.config/mcpcat/approved'), 'echo say\n');
  const damaged = await tools('diff', 'echo');
  assert.deepEqual([damaged.code, damaged.stdout], [2, '']);
  assert.match(damaged.stderr, /approved:1:9: expected sha256: and 64 hexadecimal digits/);
});
