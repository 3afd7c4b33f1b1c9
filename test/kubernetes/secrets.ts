/** A server with a secret, by the rights that the export gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../rig/engine.ts';
import { talk } from '../rig/talk.ts';
import { launching } from './rig/launching.ts';
import { permitted } from './rig/permitted.ts';

const { opened, cluster, launches } = await launching('brave-search');
const env = { ...launches.env('reader'), BRAVE_API_KEY: 'tuna-in-the-sea' };

test('the exported Role hands a secret over where a server has one, and says what is missing where none has', async () => {
  opened.defer(await permitted(cluster, 'reader', { name: 'handing-over' }));
  const { code, stderr } = await run(['run', ...launches.args], { env });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /create, get pods\/attach/);
  assert.deepEqual(await launches.pods(), []);
  await permitted(cluster, 'reader', { name: 'handing-over', secrets: true });
  const session = await talk(launches.args, env);
  assert.match(JSON.stringify(await session.ask('tools/list', {})), /brave_web_search/);
  await session.close();
  await launches.noPod();
});
