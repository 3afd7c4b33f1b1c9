import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHttpFront } from '../../src/serve-http/http-front.ts';
import { createHub } from '../../src/serve/hub.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';
import { stateless, token, usual } from './opened-front.ts';

test('the end of serve ends a subscription with its result, as the revision wants it', async (t) => {
  const server = new ScriptedServer({ tools: [{ name: 'echo' }] });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  const front = await openHttpFront({ hub, address: { host: '127.0.0.1', port: 0 }, token });
  t.after(async () => {
    await front.close();
    await hub.close();
  });
  const { body, headers } = stateless(
    'subscriptions/listen',
    { notifications: { toolsListChanged: true } },
    'sub',
  );
  const init = { method: 'POST', body: JSON.stringify(body), headers: { ...usual, ...headers } };
  const response = await fetch(front.url, init);
  await front.close();
  const events = (await response.text()).split('\n\n');
  assert.match(events[0] ?? '', /subscriptions\/acknowledged/);
  assert.match(events.at(-2) ?? '', /"id":"sub","result":.*subscriptionId":"sub"/);
});
