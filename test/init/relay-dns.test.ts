import { namespaceFolder } from './namespace.ts';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import dns from 'node:dns/promises';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { compile, removeOutput } from './rig.ts';
import { killTunnels, Tunnel, type Frame } from './tunnel.ts';

const timeout = 60_000;
const known: Readonly<Record<string, readonly number[]>> = {
  'api.example.com': [127, 77, 0, 1],
  'db.example.com': [127, 77, 1, 2],
};
before(compile);
afterEach(killTunnels);
after(() => {
  removeOutput();
  rmSync(namespaceFolder, { recursive: true, force: true });
});

/** A tunnel that knows two names, and the names it was asked for. */
async function answering(): Promise<{ tunnel: Tunnel; asked: string[] }> {
  const tunnel = await Tunnel.open();
  const asked: string[] = [];
  tunnel.handler = ({ name, stream, payload }: Frame) => {
    if (name !== 'lookup') return false;
    asked.push(payload.toString());
    tunnel.send('answer', stream, Buffer.from(known[payload.toString()] ?? []));
    return true;
  };
  return { tunnel, asked };
}

test('permitted names resolve for every resolver, in upper case too', { timeout }, async () => {
  const { asked } = await answering();
  const { stdout } = await promisify(execFile)('getent', ['ahosts', 'API.Example.com']);
  assert.match(stdout, /^127\.77\.0\.1\s/);
  assert.equal(
    (await promisify(execFile)('getent', ['hosts', 'db.example.com'])).stdout.split(/\s/)[0],
    '127.77.1.2',
  );
  assert.deepEqual(await dns.lookup('api.example.com'), { address: '127.77.0.1', family: 4 });
  assert.deepEqual(await dns.resolve4('db.example.com', { ttl: true }), [{ address: '127.77.1.2', ttl: 5 }]);
  assert.ok(asked.includes('api.example.com'));
  assert.ok(asked.every((name) => name === name.toLowerCase()));
});

test('a name that is not permitted does not exist', { timeout }, async () => {
  await answering();
  for (const name of ['evil.example.com', 'localdomain', 'secret-in-a-name.attacker.test']) {
    await assert.rejects(dns.resolve4(name), { code: 'ENOTFOUND' });
    await assert.rejects(dns.resolve6(name), { code: 'ENOTFOUND' });
    await assert.rejects(dns.lookup(name), { code: 'ENOTFOUND' });
  }
  await assert.rejects(promisify(execFile)('getent', ['hosts', 'evil.example.com']), { code: 2 });
});

test('its own names lead to itself, and nobody is asked for them', { timeout }, async () => {
  const { asked } = await answering();
  for (const name of ['localhost', 'app.localhost', hostname()])
    assert.deepEqual(await dns.resolve4(name), ['127.0.0.1'], name);
  assert.deepEqual(asked, []);
  await assert.rejects(dns.resolve4('notlocalhost'), { code: 'ENOTFOUND' });
  assert.deepEqual(asked, ['notlocalhost']);
});

test('a permitted name has no records but its address', { timeout }, async () => {
  await answering();
  const lookups = [dns.resolve6, dns.resolveMx, dns.resolveTxt, dns.resolveNs, dns.resolveCname];
  for (const lookup of lookups) await assert.rejects(lookup('api.example.com'), { code: 'ENODATA' });
});

async function client(): Promise<{ socket: Socket; ask: (query: Buffer) => Promise<Buffer> }> {
  const socket = createSocket('udp4');
  socket.connect(53, '127.0.0.1');
  await once(socket, 'connect');
  const ask = async (query: Buffer): Promise<Buffer> => {
    socket.send(query);
    const [reply] = (await once(socket, 'message')) as [Buffer];
    return reply;
  };
  return { socket, ask };
}

function question(labels: readonly string[], { type = 1, kind = 1 } = {}): Buffer {
  const name = labels.map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]),
  );
  return Buffer.concat([...name, Buffer.from([0, 0, type, 0, kind])]);
}

function header(fields: { flags?: number; questions?: number; additional?: number } = {}): Buffer {
  const bytes = Buffer.from('abcd01000001000000000000', 'hex');
  bytes.writeUInt16BE(fields.flags ?? 0x0100, 2);
  bytes.writeUInt16BE(fields.questions ?? 1, 4);
  bytes.writeUInt16BE(fields.additional ?? 0, 10);
  return bytes;
}

test('the answer holds the question as it was asked, whatever EDNS follows it', { timeout }, async (t) => {
  await answering();
  const { socket, ask } = await client();
  t.after(() => socket.close());
  const asked = question(['Api', 'eXample', 'com']);
  const edns = Buffer.from('00002904d000000000000c000a0008aabbccddeeff0011', 'hex');
  const reply = await ask(Buffer.concat([header({ additional: 1, flags: 0x0120 }), asked, edns]));
  const expected = [
    Buffer.from('abcd85800001000100000000', 'hex'),
    asked,
    Buffer.from('c00c00010001000000050004', 'hex'),
    Buffer.from([127, 77, 0, 1]),
  ];
  assert.equal(reply.toString('hex'), Buffer.concat(expected).toString('hex'));
});

const codes = { malformed: 1, unknown: 3, notImplemented: 4, refused: 5 } as const;
const odd: Readonly<Record<string, { query: Buffer; code: number }>> = {
  'two questions': {
    query: Buffer.concat([header({ questions: 2 }), question(['a']), question(['b'])]),
    code: codes.malformed,
  },
  'no question': { query: header({ questions: 0 }), code: codes.malformed },
  'a question that is cut off': {
    query: Buffer.concat([header(), question(['api', 'example']).subarray(0, -3)]),
    code: codes.malformed,
  },
  'a compressed name': {
    query: Buffer.concat([header(), Buffer.from('c00c00010001', 'hex')]),
    code: codes.malformed,
  },
  'a name that is too long': {
    query: Buffer.concat([header(), question(Array.from({ length: 5 }, () => 'x'.repeat(63)))]),
    code: codes.malformed,
  },
  'another class': { query: Buffer.concat([header(), question(['a'], { kind: 3 })]), code: codes.refused },
  'an update': {
    query: Buffer.concat([header({ flags: 5 << 11 }), question(['a'])]),
    code: codes.notImplemented,
  },
  'the root': { query: Buffer.concat([header(), question([])]), code: codes.unknown },
  'a dot within a label': {
    query: Buffer.concat([header(), question(['api.example', 'com'])]),
    code: codes.unknown,
  },
  'bytes that are no host name': {
    query: Buffer.concat([header(), question(['a\0b', '\xff\n'])]),
    code: codes.unknown,
  },
};
for (const [what, { query, code }] of Object.entries(odd)) {
  test(`a query with ${what} is answered without asking the launcher`, { timeout }, async (t) => {
    const { asked } = await answering();
    const { socket, ask } = await client();
    t.after(() => socket.close());
    const reply = await ask(query);
    assert.deepEqual(
      [reply.readUInt16BE(0), reply.readUInt8(2) >> 7, reply.readUInt8(3) & 15],
      [0xabcd, 1, code],
    );
    assert.deepEqual(asked, []);
  });
}

test('responses, crumbs and noise get no reply', { timeout }, async (t) => {
  const { asked } = await answering();
  const { socket, ask } = await client();
  t.after(() => socket.close());
  const noise = [
    Buffer.alloc(0),
    Buffer.from('x'),
    header().subarray(0, 11),
    Buffer.concat([header({ flags: 0x8180 }), question(['a'])]),
  ];
  for (const datagram of noise) socket.send(datagram);
  const reply = await ask(Buffer.concat([header(), question(['api', 'example', 'com'])]));
  assert.equal(reply.subarray(-4).toString('hex'), '7f4d0001');
  assert.deepEqual(asked, ['api.example.com']);
});

test('at most 64 questions wait, and when they are answered there is room again', { timeout }, async (t) => {
  const tunnel = await Tunnel.open();
  const { socket, ask } = await client();
  t.after(() => socket.close());
  for (let index = 0; index < 80; index++) {
    socket.send(Buffer.concat([header(), question([`n${String(index)}`])]));
  }
  const ids: number[] = [];
  for (let index = 0; index < 64; index++) ids.push((await tunnel.next('lookup')).stream);
  assert.equal(new Set(ids).size, 64);
  await pause(100);
  assert.deepEqual(tunnel.left, []);
  for (const id of ids) {
    const reply = once(socket, 'message');
    tunnel.send('answer', id);
    await reply;
  }
  tunnel.handler = ({ name, stream }) => {
    if (name === 'lookup') tunnel.send('answer', stream, Buffer.from([127, 77, 0, 9]));
    return true;
  };
  assert.equal((await ask(Buffer.concat([header(), question(['again'])]))).subarray(-1)[0], 9);
});

test('a late answer is ignored, an answer to no question ends the tunnel', { timeout }, async (t) => {
  const tunnel = await Tunnel.open();
  const { socket } = await client();
  t.after(() => socket.close());
  socket.send(Buffer.concat([header(), question(['once'])]));
  const { stream } = await tunnel.next('lookup');
  tunnel.send('answer', stream);
  tunnel.send('answer', stream);
  tunnel.send('beat');
  tunnel.send('answer', stream + 1);
  assert.deepEqual(await tunnel.ended, {
    code: 1,
    stderr: 'mcpcat-init: the launcher sent an ANSWER to no question: the network ends\n',
  });
});
