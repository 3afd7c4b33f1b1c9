import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Entry } from '../../src/catalog/entry.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { coversRule, hostRuleText, parseHostRule } from '../../src/lib/host-rule.ts';
import { helloOf } from './hellos.ts';
import { rig, tcpServer, until } from './rig.ts';

const timeout = 30_000;

test('TLS for another name reaches nobody: not one byte', { timeout }, async () => {
  let came = 0;
  await using edge = await tcpServer((socket) =>
    socket.on('data', (chunk: Buffer) => (came += chunk.length)).once('end', () => socket.end()),
  );
  const port = String(edge.port);
  const { relay, attempts, tunnel } = await rig([`api.example.com:${port}`, `evil.example.com:${port}`]);
  const stream = relay.connect('127.77.0.1', edge.port);
  stream.write(await helloOf({ servername: 'evil.example.com' }));
  const [error] = (await once(stream, 'error')) as [Error];
  assert.equal(error.message, 'reset 1', 'refused');
  await until('it is logged', () => attempts.some(({ what }) => what === 'connection'));
  const { verdict, reason, wanted, name } = attempts.find(({ what }) => what === 'connection') ?? {};
  assert.deepEqual(
    { verdict, reason, wanted, name },
    {
      verdict: 'refused',
      reason: 'TLS for evil.example.com, which its rule does not permit',
      wanted: 'evil.example.com',
      name: 'api.example.com',
    },
  );
  assert.equal(came, 0);
  await until('the edge sees the end', () => edge.sockets.size === 0);
  tunnel.close();
});

test('TLS for its own name passes, and so does all that follows, untouched', { timeout }, async () => {
  const chunks: Buffer[] = [];
  await using host = await tcpServer((socket) => socket.on('data', (chunk: Buffer) => chunks.push(chunk)));
  const { relay, tunnel } = await rig([`api.example.com:${String(host.port)}`]);
  const stream = relay.connect('127.77.0.1', host.port);
  const sent = Buffer.concat([await helloOf({ servername: 'api.example.com' }), Buffer.alloc(40_000, 9)]);
  for (let at = 0; at < sent.length; at += 1000) stream.write(sent.subarray(at, at + 1000));
  await until('all has come', () => Buffer.concat(chunks).length === sent.length);
  assert.ok(Buffer.concat(chunks).equals(sent));
  tunnel.close();
});

test('a server that speaks first is heard before the client says a word', { timeout }, async () => {
  await using host = await tcpServer((socket) => socket.write('220 mail.example.com\r\n'));
  const { relay, tunnel } = await rig([`mail.example.com:${String(host.port)}`]);
  const stream = relay.connect('127.77.0.1', host.port);
  const [greeting] = (await once(stream, 'data')) as [Buffer];
  assert.equal(greeting.toString(), '220 mail.example.com\r\n');
  tunnel.close();
});

test('which names may be within a connection is what permitted it', () => {
  const policy = policyOf(
    rulesOf({
      declared: ['api.example.com', '*.wide.example.com', 'mq.example.com:5671 (tls: opaque)', '*:8443'],
      settings: {},
    }),
  );
  const fits = (name: string, port: number, within: string): boolean | 'any' => {
    const rule = policy.namesWithin(name, port);
    return rule === 'any' ? rule : rule.fits(within);
  };
  assert.equal(fits('api.example.com', 443, 'api.example.com'), true);
  assert.equal(fits('api.example.com', 443, 'a.wide.example.com'), false);
  assert.equal(fits('a.wide.example.com', 443, 'b.wide.example.com'), true);
  assert.equal(fits('a.wide.example.com', 443, 'wide.example.com'), false);
  assert.equal(fits('a.wide.example.com', 443, '127.0.0.1'), false);
  assert.equal(fits('mq.example.com', 5671, 'x'), 'any');
  assert.equal(fits('anything.example.org', 8443, 'x'), 'any');
});

test('an entry says in one rule that its client sends no name', () => {
  const rule = parseHostRule('mq.example.com:5671 (tls: opaque)', 'x');
  assert.equal(rule.tls, 'opaque');
  assert.equal(hostRuleText(rule), 'mq.example.com:5671 (tls: opaque)');
  const strict = parseHostRule('mq.example.com:5671', 'x');
  assert.ok(coversRule(rule, strict));
  assert.ok(!coversRule(strict, rule), 'it would permit more');
  assert.deepEqual(
    Entry.shape.permissions.parse({
      network: ['a.example.com', { host: 'mq.example.com:5671', tls: 'opaque' }],
    }).network,
    ['a.example.com', 'mq.example.com:5671 (tls: opaque)'],
  );
  assert.throws(() => Entry.shape.permissions.parse({ network: [{ host: 'a.example.com', tls: 'off' }] }));
});

test('an exact rule of the user that is narrower takes the opaqueness away', () => {
  const [rule] = rulesOf({
    declared: ['mq.example.com:5671 (tls: opaque)'],
    settings: {},
    only: ['mq.example.com:5671'],
  });
  assert.equal(rule?.tls, undefined);
  assert.equal(rule?.name, 'mq.example.com');
});
