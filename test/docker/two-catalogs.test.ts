import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { project, run, testEngine } from '../rig/engine.ts';
import { talk } from '../rig/talk.ts';

const timeout = 300_000;
let engine: Engine;
const opened = closedAfterwards();

before(async () => {
  engine = await testEngine();
});

/** A catalog whose one server is called `name` and is the package of another entry. */
function catalog(t: TestContext, entry: string, name: string): string {
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, name));
  cpSync(path.join(project, 'catalog', entry), path.join(folder, name), { recursive: true });
  const file = path.join(folder, name, 'server.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^name: .*$/m, `name: ${name}`));
  const image = imageIn({ kind: 'folder', folder }, name);
  opened.defer(() => engine.removeImage(image, { force: true }));
  return folder;
}

async function tools(name: string, folder: string): Promise<string> {
  const session = await talk([name, '--catalog', folder, '--quiet']);
  const listed = await session.ask('tools/list', {});
  await session.close();
  return JSON.stringify(listed);
}

for (const order of [
  ['thinking', 'memory'],
  ['memory', 'thinking'],
] as const)
  test(
    `two catalogs with a server of one name, ${order.join(' built before ')}: each runs, tests and shows its own`,
    { timeout },
    async (t) => {
      const name = `twice-${order[0]}-${String(process.pid)}`;
      const env = { XDG_CACHE_HOME: temporaryFolder(t) };
      opened.defer(() => engine.removeVolume(`mcpcat-${name}-graph`)); // memory keeps what it is told
      const folders = {
        thinking: catalog(t, 'sequential-thinking', name),
        memory: catalog(t, 'memory', name),
      };
      for (const which of order) {
        const { code, stderr } = await run(['build', name, '--catalog', folders[which]]);
        assert.equal(code, 0, stderr);
      }
      assert.match(await tools(name, folders.thinking), /"sequentialthinking"/);
      assert.match(await tools(name, folders.memory), /"create_entities"/);
      const shown = await Promise.all(
        order.map(async (which) => run(['info', name, '--json', '--catalog', folders[which]], { env })),
      );
      const references = shown.map(
        ({ stdout }) => (JSON.parse(stdout) as { image: { reference: string } }).image.reference,
      );
      assert.deepEqual(
        references,
        order.map((which) => imageIn({ kind: 'folder', folder: folders[which] }, name)),
      );
      const tested = await run(['test', name, '--dry-run', '--catalog', folders[order[0]]]);
      assert.equal(tested.code, 0, tested.stderr + tested.stdout);
      assert.equal(await engine.inspectImage(`mcpcat/${name}:local`), undefined);
    },
  );

test(
  'a catalog whose server was never built does not start the image of the one that mcpcat came with',
  { timeout },
  async (t) => {
    const folder = catalog(t, 'memory', 'sequential-thinking');
    const { code, stderr } = await run([
      'run',
      'sequential-thinking',
      '--catalog',
      folder,
      '--pull',
      'never',
    ]);
    assert.equal(code, 3);
    assert.match(stderr, /mcpcat build sequential-thinking/);
  },
);
