import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answer } from '../../src/engine/docker/answer.ts';

const answers: Readonly<Record<string, readonly [text: string, status: number, body: string]>> = {
  'with a length': ['HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello', 201, 'hello'],
  'in chunks': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n',
    200,
    'hello',
  ],
  'without a body': ['HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
  'until the connection ends': ['HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello', 200, 'hello'],
  'of an empty length': ['HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n', 200, ''],
};

for (const [what, [text, status, body]] of Object.entries(answers)) {
  test(`an answer ${what} is read, wherever it is cut into pieces`, () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const answer = new Answer();
      answer.take(Buffer.from(text.slice(0, cut)));
      answer.take(Buffer.from(text.slice(cut)));
      const whole = answer.whole();
      assert.deepEqual([whole.head.status, whole.body], [status, body], `cut at ${String(cut)}`);
    }
  });
}

test('an answer that says its length is whole without the end of the connection, once', () => {
  for (const what of ['with a length', 'in chunks', 'without a body']) {
    let times = 0;
    const answer = new Answer();
    answer.onWhole = () => times++;
    for (const byte of Buffer.from(answers[what]?.[0] ?? '')) answer.take(Buffer.from([byte]));
    assert.equal(times, 1, what);
  }
});

test('an answer that is cut short is no answer', () => {
  for (const what of ['with a length', 'in chunks']) {
    const text = answers[what]?.[0] ?? '';
    for (let length = 0; length < text.length - 4; length++) {
      const answer = new Answer();
      answer.take(Buffer.from(text.slice(0, length)));
      assert.throws(() => answer.whole(), /aborted/, `${what}, ${String(length)} bytes`);
    }
  }
});

test('what follows a changed protocol is kept as it is', () => {
  const answer = new Answer();
  answer.take(
    Buffer.from('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\u0001\u0000'),
  );
  assert.equal(answer.head?.status, 101);
  assert.deepEqual([...answer.rest], [1, 0]);
});

test('what is not HTTP, has a head without end or a chunk without size is refused', () => {
  assert.throws(
    () => new Answer().take(Buffer.from('SSH-2.0-x\r\n\r\n')),
    /expected HTTP, found "SSH-2.0-x"/,
  );
  assert.throws(() => new Answer().take(Buffer.alloc(70_000, 'x')), /head of the answer is too long/);
  const chunks = new Answer();
  chunks.take(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'));
  assert.throws(() => chunks.take(Buffer.from('zz\r\n')), /has no size/);
});
