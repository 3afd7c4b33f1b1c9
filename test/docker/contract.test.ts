import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { contract } from '../engine/contract.ts';
import { closed } from '../rig/closed.ts';
import { fixtureImage, project, testEngine } from '../rig/engine.ts';

const image = 'mcpcat/fixture-contract:local';
const engines = new Map<string, Engine>();
/** Further engines that are up, apart by commas: `unix:///run/podman/podman.sock,…`. They get the image from the first. */
const others = (process.env['MCPCAT_TEST_ENGINES'] ?? '').split(',').filter((address) => address !== '');

before(async () => {
  const first = await testEngine();
  engines.set('', first);
  await fixtureImage(first, {
    tag: image,
    files: { 'contract.js': readFileSync(path.join(project, 'test/fixtures/servers/contract.js'), 'utf8') },
    entrypoint: ['/usr/local/bin/node', '/app/contract.js'],
  });
  for (const endpoint of others) {
    const engine = await connectEngine({ endpoint, env: {} });
    await engine.loadImage(await first.saveImage(image));
    engines.set(endpoint, engine);
  }
});

for (const address of ['', ...others])
  contract(address || 'the engine of this machine', () => ({
    engine: engines.get(address) ?? raise(address),
    settings: closed(image),
  }));

function raise(address: string): never {
  throw new Error(`the engine at ${address} was not made ready`);
}
