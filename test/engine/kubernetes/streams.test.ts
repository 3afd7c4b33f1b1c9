import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { endOf, execStreams } from '../../../src/engine/kubernetes/channels.ts';
import { openStream } from '../../../src/engine/kubernetes/exec-socket.ts';
import { channelMessage, standIn, status } from './stand-in.ts';

const call = {
  path: '/api/v1/namespaces/mcpcat/pods/one/exec?command=x',
  asked: { verbs: ['create', 'get'], resource: 'pods/exec', namespace: 'mcpcat' },
};

test('three streams and an exit code come over one WebSocket, with the token of the user', async () => {
  let token: string | undefined;
  await using there = await standIn({
    onStream: (socket, request) => {
      token = request.headers.authorization;
      socket.send(channelMessage(1, 'out'));
      socket.send(channelMessage(2, 'err'));
      socket.send(status(7));
      socket.close();
    },
  });
  const streams = await openStream(there.api, call);
  const [out, err] = await Promise.all([text(streams.stdout), text(streams.stderr)]);
  assert.deepEqual([out, err, token], ['out', 'err', 'Bearer a-token']);
  assert.deepEqual(await streams.ended, { kind: 'exited', exitCode: 7 });
});

test('the end of the input is a message of its own, and answers come after it', async () => {
  await using there = await standIn({
    onStream: (socket) => {
      let heard = '';
      socket.on('message', (data: Buffer) => {
        if (data[0] === 0) heard += data.subarray(1).toString();
        else if (data.equals(Buffer.from([255, 0]))) {
          socket.send(channelMessage(1, `heard ${heard}`));
          socket.send(status(0));
          socket.close();
        }
      });
    },
  });
  const streams = await openStream(there.api, call);
  streams.stdin.write('one ');
  streams.stdin.end('two');
  assert.equal(await text(streams.stdout), 'heard one two');
  assert.deepEqual(await streams.ended, { kind: 'exited', exitCode: 0 });
});

test('what nobody reads holds the cluster back, and nothing is lost', async () => {
  const piece = 'x'.repeat(64 * 1024);
  const pieces = 512;
  let buffered = 0;
  await using there = await standIn({
    onStream: (socket) => {
      for (let sent = 0; sent < pieces; sent++) socket.send(channelMessage(1, piece));
      setTimeout(() => {
        buffered = socket.bufferedAmount;
        socket.send(status(0));
        socket.close();
      }, 300);
    },
  });
  const streams = await openStream(there.api, call);
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.ok(buffered > 0, 'all was taken although nobody reads');
  assert.equal((await text(streams.stdout)).length, pieces * piece.length);
});

/** On both sides of it. */
function bufferedIn(stream: Readable): number {
  return stream.readableLength + (stream instanceof PassThrough ? stream.writableLength : 0);
}

test('of two outputs the one that nobody reads holds back both', async () => {
  const piece = 'x'.repeat(64 * 1024);
  const pieces = 200;
  await using there = await standIn({
    onStream: (socket) => {
      for (let sent = 0; sent < pieces; sent++)
        for (const output of [1, 2]) socket.send(channelMessage(output, piece));
      socket.send(status(0));
      socket.close();
    },
  });
  const streams = await openStream(there.api, call);
  const said = text(streams.stdout);
  let before = -1;
  const kept = (): number => bufferedIn(streams.stderr);
  while (before !== kept()) {
    before = kept();
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.ok(kept() < 1 << 20, `${String(kept())} bytes were taken although nobody reads`);
  assert.equal((await text(streams.stderr)).length, pieces * piece.length);
  assert.equal((await said).length, pieces * piece.length);
});

test('an output that nobody reads any more does not hold back the other', async () => {
  await using there = await standIn({
    onStream: (socket) => {
      socket.send(channelMessage(2, 'begun'));
      // Its answer is that stderr has been given up.
      socket.once('message', () => {
        for (const output of [2, 1, 2, 1]) socket.send(channelMessage(output, 'piece'));
        socket.send(status(0));
        socket.close();
      });
    },
  });
  const streams = await openStream(there.api, call);
  streams.stderr.destroy();
  await once(streams.stderr, 'close');
  streams.stdin.write('go on');
  assert.equal(await text(streams.stdout), 'piecepiece');
  assert.deepEqual(await streams.ended, { kind: 'exited', exitCode: 0 });
});

test('a cluster that does not read holds the writer back', async () => {
  await using there = await standIn({ onStream: (socket) => socket.pause() });
  const streams = await openStream(there.api, call);
  let taken = 0;
  const write = (): void =>
    void streams.stdin.write(Buffer.alloc(64 * 1024), (error) => {
      if (error != null) return;
      taken++;
      write();
    });
  write();
  let before = -1;
  while (before !== taken) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.ok(taken > 0 && taken < 2000, `${String(taken)} pieces were taken`);
  streams.destroy();
  await streams.ended;
});

test('a stream that is cut ends both outputs, and says that nobody knows how it ended', async () => {
  await using there = await standIn({ onStream: (socket) => socket.terminate() });
  const streams = await openStream(there.api, call);
  streams.stdout.resume();
  await once(streams.stdout, 'end');
  assert.equal((await streams.ended).kind, 'cut');
});

test('what the node says of a program that it can’t run is on stderr', async () => {
  const said = { status: 'Failure', reason: 'InternalError', message: 'no such file: /x' };
  await using there = await standIn({
    onStream: (socket) => {
      socket.send(channelMessage(3, JSON.stringify(said)));
      socket.close();
    },
  });
  const streams = await openStream(there.api, call);
  streams.stdout.resume();
  assert.equal(await text(streams.stderr), 'no such file: /x\n');
  assert.deepEqual(await streams.ended, { kind: 'failed', message: 'no such file: /x' });
});

test('a refusal whose words are cut is one all the same, and at once', async () => {
  await using there = await standIn({ refuseStreams: { status: 503, body: 'busy', missing: 10 } });
  await assert.rejects(openStream(there.api, call), { code: 'engine-failed', message: /503: busy$/ });
});

test('an API server without half-close is refused', async () => {
  await using there = await standIn({ protocols: ['v4.channel.k8s.io'] });
  await assert.rejects(openStream(there.api, call), { name: 'McpcatError' });
  await using refusing = await standIn({ refuseStreams: { status: 400, body: '' } });
  await assert.rejects(openStream(refusing.api, call), { code: 'engine-unfit' });
});

test('a stream that was refused, or is long in opening, leaves nothing that goes on', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  await using refusing = await standIn({ refuseStreams: { status: 403, body: '{}' } });
  await assert.rejects(openStream(refusing.api, call), { code: 'engine-denied' });
  const { server } = refusing.api;
  const late = execStreams(new WebSocket(`wss://${server.host}/late`, { rejectUnauthorized: false }));
  // Some pings later: one that is not open yet can't be pinged, and the attempt would end the process.
  t.mock.timers.tick(60_000);
  late.destroy();
  assert.equal((await late.ended).kind, 'cut');
});

const unknownTo = (body: string) => (request: IncomingMessage) =>
  request.headers.authorization === 'Bearer new' ? undefined : { status: 401, body };

test('a stream that is not opened to a token that was taken back is asked for once more with another', async () => {
  const tokens: (string | undefined)[] = [];
  await using there = await standIn({
    tokens: ['old', 'new'],
    refuseStreams: (request) => {
      tokens.push(request.headers.authorization);
      return unknownTo('{}')(request);
    },
    onStream: (socket) => {
      socket.send(status(0));
      socket.close();
    },
  });
  const streams = await openStream(there.api, call);
  streams.stdout.resume();
  assert.deepEqual(await streams.ended, { kind: 'exited', exitCode: 0 });
  assert.deepEqual(tokens, ['Bearer old', 'Bearer new']);
});

test('with no other token a stream is asked for once, and the refusal is told', async () => {
  let times = 0;
  await using there = await standIn({
    refuseStreams: () => {
      times++;
      return { status: 401, body: JSON.stringify({ kind: 'Status', message: 'Unauthorized' }) };
    },
  });
  await assert.rejects(openStream(there.api, call), { code: 'engine-denied', message: /401: Unauthorized/ });
  assert.equal(times, 1);
});

test('an API server that does not answer a request for a stream is told as that', async (t) => {
  const asked = Promise.withResolvers<void>();
  await using there = await standIn({ onUpgrade: () => asked.resolve() });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const opening = openStream(there.api, call);
  opening.catch(() => undefined); // heard below
  await asked.promise;
  t.mock.timers.tick(60_000);
  await assert.rejects(opening, { name: 'McpcatError', code: 'timeout' });
});

test('a Role that does not permit exec is told with both verbs', async () => {
  const said = 'pods "one" is forbidden: User "jane" cannot get resource "pods/exec" in API group ""';
  const body = JSON.stringify({ kind: 'Status', message: said });
  await using there = await standIn({ refuseStreams: { status: 403, body } });
  await assert.rejects(openStream(there.api, call), {
    code: 'engine-denied',
    message: `create, get pods/exec: the API server answered 403: ${said}`,
    hint: 'a Role of namespace mcpcat must permit create and get on pods/exec to you',
  });
});

test('a server that is not signed by the authority of the kubeconfig is spoken to by nobody', async () => {
  await using other = await standIn({});
  await using one = await standIn({ authority: other.server.ca });
  await assert.rejects(openStream(one.api, call), { code: 'engine-denied' });
  await assert.rejects(one.api.ask({ method: 'GET', path: '/version', asked: call.asked }), {
    code: 'engine-denied',
  });
});

test('a status that is none of the documented ones is no exit code', () => {
  assert.equal(endOf(Buffer.from(''), '1006').kind, 'cut');
  assert.equal(endOf(Buffer.from('{"status":"Failure"}'), '1000').kind, 'failed');
  const odd = {
    status: 'Failure',
    message: 'm',
    details: { causes: [{ reason: 'ExitCode', message: 'many' }] },
  };
  assert.equal(endOf(Buffer.from(JSON.stringify(odd)), '1000').kind, 'failed');
});
