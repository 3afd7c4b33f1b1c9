/** An entry whose server is somebody's image: from a registry on loopback, by its digest, with the entry's permissions. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { pulledImage } from '../../src/catalog/quick-image.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { pushImage } from '../../src/registry/push.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { client, openRegistry } from '../registry/rig.ts';
import { buildImage } from '../rig/build-image.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { ownBases, project, run, testEngine, testLabel } from '../rig/engine.ts';
import { talk } from '../rig/talk.ts';

const timeout = 180_000;
const built = 'mcpcat-test/oci-source:built';
const name = 'oci-source';
const opened = closedAfterwards();
const catalog = mkdtempSync(path.join(tmpdir(), 'mcpcat-oci-'));
opened.defer(() => rmSync(catalog, { recursive: true, force: true }));
let engine: Engine;

before(
  async () => {
    engine = await testEngine();
    const registry = opened.use(await openRegistry());
    const { node } = await ownBases();
    const dockerfile = [
      `FROM ${node.runtime.reference}`,
      // It has nothing of ours.
      'COPY files/nothing /mcpcat-init',
      'COPY files/server.js /srv/server.js',
      'USER 0:0',
      'VOLUME /var/lib/own',
      'ENTRYPOINT ["node", "/srv/server.js", "none"]',
    ];
    const server = readFileSync(path.join(project, 'test/fixtures/servers/server.js'));
    const files = { nothing: '', 'server.js': server };
    await buildImage(engine, built, { dockerfile, files, labels: testLabel });
    await using image = await repackImage(await engine.saveImage(built));
    const target = { repository: 'their/server', tags: ['1'] };
    const { digest } = await pushImage(client(registry.host), image, target);
    for (const tag of [built, pulledImage(name, { digest })])
      opened.defer(() => engine.removeImage(tag, { force: true }));
    mkdirSync(path.join(catalog, name));
    writeFileSync(
      path.join(catalog, name, 'server.yaml'),
      `name: ${name}
title: Theirs
description: An image that somebody else has made.
categories: [testing]
repository: https://example.com/theirs
license: MIT
source: oci:${registry.host}/their/server:1@${digest}
`,
    );
  },
  { timeout },
);
const here = ['--catalog', catalog];

test(
  'build brings it by its digest, test proves it in the sandbox, and a client talks to it',
  { timeout },
  async () => {
    const brought = await run(['build', name, ...here]);
    assert.equal(brought.code, 0, brought.stderr);
    assert.match(brought.stdout, /pulled .*mcpcat\/oci-source:sha256-/);
    assert.match((await run(['build', name, ...here])).stdout, /unchanged/);
    const tested = await run(['test', name, ...here, '--dry-run']);
    assert.equal(tested.code, 0, tested.stdout + tested.stderr);
    const session = await talk([name, ...here]);
    assert.ok(await session.ask('tools/list', {}));
    await session.close();
  },
);

test(
  'what there is to say of it is said, and what makes no sense is refused in a line',
  { timeout },
  async () => {
    assert.match((await run(['list', ...here])).stdout, /oci-source\s+1\s/);
    assert.match((await run(['update', name, ...here])).stdout, /oci-source\s+sha256:/);
    const generated = await run(['generate', name, ...here, '--out', path.join(catalog, 'out')]);
    assert.notEqual(generated.code, 0);
    assert.match(generated.stderr, /expected a package, found an image that was made elsewhere/);
  },
);
