import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseOthersImage } from '../../src/image-build/own-image.ts';
import { label } from '../../src/lib/labels.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { refused } from '../sandbox/fixtures.ts';

const image = 'mcpcat/notes:local';

function engineWith(labels: Readonly<Record<string, string>>): FakeEngine {
  const engine = new FakeEngine();
  engine.addImage({ tags: [image], labels });
  return engine;
}

test('another package’s server does not take the place of an image of the same name', async () => {
  const engine = engineWith({ [label.source]: 'npm:notes@^1' });
  await assert.rejects(
    refuseOthersImage(engine, { image, source: 'npm:@evil/notes' }),
    refused('image-foreign', /mcpcat\/notes:local is of npm:notes, and would become one of npm:@evil\/notes/),
  );
});

test('its own newer one does, as where there is none, or one that says nothing', async () => {
  await refuseOthersImage(engineWith({ [label.source]: 'npm:notes@^1' }), { image, source: 'npm:notes@^2' });
  await refuseOthersImage(new FakeEngine(), { image, source: 'npm:notes' });
  await refuseOthersImage(engineWith({}), { image, source: 'npm:notes' });
});
