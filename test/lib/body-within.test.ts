import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyWithin } from '../../src/lib/body-within.ts';

test('a body is whole up to the limit, and refused as soon as it has more', async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(Buffer.alloc(10));
    },
  });
  assert.equal((await bodyWithin(new Response('1234'), { subject: 'x', maxBytes: 4 })).length, 4);
  assert.equal((await bodyWithin(new Response(null), { subject: 'x', maxBytes: 4 })).length, 0);
  await assert.rejects(bodyWithin(new Response(endless), { subject: 'x', maxBytes: 25 }), {
    code: 'io-failed',
    message: 'x: the answer has more than 25 bytes',
  });
  assert.ok(sent < 10);
});
