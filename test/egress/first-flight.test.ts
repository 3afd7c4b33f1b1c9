import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClientHello } from '../../src/egress/client-hello.ts';
import {
  FirstFlight,
  maxFlightBytes,
  type FlightVerdict,
  type NameRule,
} from '../../src/egress/first-flight.ts';
import { helloOf, inRecords, withExtension } from './hellos.ts';

const rule: NameRule = {
  fits: (name) => name === 'api.example.com',
  unnamed: 'refused',
  others: 'fit',
};
const web: NameRule = { ...rule, others: 'refused' };

function judge(bytes: Buffer | string, by: NameRule = rule): FlightVerdict {
  return new FirstFlight(by).feed(Buffer.from(bytes));
}

function text(verdict: FlightVerdict): string {
  return verdict.verdict === 'refused' ? `refused: ${verdict.reason}` : verdict.verdict;
}

test('TLS for the permitted name passes, for another one it does not', async () => {
  assert.equal(text(judge(await helloOf({ servername: 'api.example.com' }))), 'permitted');
  assert.deepEqual(judge(await helloOf({ servername: 'other.example.com' })), {
    verdict: 'refused',
    reason: 'TLS for other.example.com',
    name: 'other.example.com',
  });
  const upper = await helloOf({ servername: 'API.Example.com' });
  assert.equal(text(judge(upper)), 'permitted');
});

test('every version of TLS is read', async () => {
  for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
    const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    const hello = await helloOf({ ...options, servername: 'api.example.com' });
    assert.equal(text(judge(hello)), 'permitted', version);
  }
});

test('without a server name, and with an encrypted hello, nobody knows whom it is for', async () => {
  const unnamed = await helloOf({});
  assert.equal(text(judge(unnamed)), 'refused: TLS without a server name');
  assert.equal(text(judge(unnamed, { ...rule, unnamed: 'fits' })), 'permitted');
  const outer = await helloOf({ servername: 'api.example.com' });
  const encrypted = withExtension(outer, 0xfe_0d, Buffer.alloc(200, 7));
  assert.equal(text(judge(encrypted)), 'refused: TLS with an encrypted ClientHello');
});

test('a hello in pieces and in records of any size is the same hello', async () => {
  for (const servername of ['api.example.com', 'evil.example.com']) {
    const hello = await helloOf({ servername });
    const whole = text(judge(hello));
    for (const size of [1, 3, 4, 17, 300]) assert.equal(text(judge(inRecords(hello, size))), whole);
    for (const size of [1, 2, 5, 100]) {
      const flight = new FirstFlight(rule);
      let last: FlightVerdict = { verdict: 'more' };
      for (let at = 0; at < hello.length; at += size) {
        assert.equal(last.verdict, 'more', `${String(at)} of ${String(hello.length)}`);
        last = flight.feed(hello.subarray(at, at + size));
      }
      assert.equal(text(last), whole);
    }
  }
});

test('what could be read in two ways is refused', async () => {
  const hello = await helloOf({ servername: 'api.example.com' });
  const second = Buffer.from('\0\x14\0\0\x11evil.example.com.', 'latin1');
  assert.equal(text(judge(withExtension(hello, 0, second))), 'refused: an extension that comes twice');
  const unnamed = await helloOf({});
  const withName = (data: string): string =>
    text(judge(withExtension(unnamed, 0, Buffer.from(data, 'latin1'))));
  assert.equal(withName('\0\x12\0\0\x0fapi.example.com'), 'permitted');
  const unreadable = 'refused: a server name that can not be read';
  assert.equal(withName('\0\x12\0\0\x0fapi.example.comX'), unreadable);
  assert.equal(withName('\0\x12\x01\0\x0fapi.example.com'), unreadable);
  assert.equal(withName('\0\x12\0\0\x0eapi.example.com'), unreadable);
  assert.equal(withName('\0\x03\0\0\0'), unreadable);
  assert.equal(withName('\0\x12\0\0\x0fapi.exa\0ple.com'), unreadable);
  const cut = Buffer.from(hello);
  cut.writeUIntBE(cut.readUIntBE(6, 3) - 1, 6, 3);
  assert.match(text(judge(cut)), /^refused: a ClientHello whose lengths do not fit$/);
  assert.equal(text(judge('\x16\x03\x01\0\x04\x02\0\0\0')), 'refused: a handshake that is no ClientHello');
  assert.equal(text(judge('\x16\x03\x01\0\0')), 'refused: a record that is none of a handshake');
});

test('the Host of plain HTTP must fit, in its header and in its target', () => {
  const get = (head: string): string => text(judge(`GET ${head}\r\n\r\n`, web));
  assert.equal(get('/ HTTP/1.1\r\nHost: api.example.com'), 'permitted');
  assert.equal(get('/ HTTP/1.1\r\nAccept: */*\r\nhost:API.example.com:80'), 'permitted');
  assert.equal(get('/ HTTP/1.1\r\nHost: other.example.com'), 'refused: HTTP for other.example.com');
  assert.equal(get('/ HTTP/1.0'), 'refused: a request without Host');
  const host = '\r\nHost: api.example.com';
  assert.equal(get(`/ HTTP/1.1${host}\r\nHost: evil.test`), 'refused: HTTP for evil.test');
  assert.equal(get(`http://evil.test/ HTTP/1.1${host}`), 'refused: HTTP for evil.test');
  assert.equal(get(`/ HTTP/1.1${host}\r\n evil.test`), 'refused: a header line that is continued');
  assert.equal(get(`/ HTTP/1.1${host}\r\nA: b\rHost: evil.test`), 'refused: a control character in a header');
  assert.equal(text(judge(`CONNECT evil.test:443 HTTP/1.1${host}\r\n\r\n`)), 'refused: HTTP for evil.test');
  assert.equal(text(judge('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', web)), 'refused: neither TLS nor HTTP');
  assert.equal(text(judge('\r\nGET / HTTP/1.1\r\nHost: evil.test\r\n\r\n')), 'refused: HTTP for evil.test');
  assert.equal(text(judge(`POST / HTTP/1.1${host}\r\n\r\n Host: evil.test\r\n\r\n`)), 'permitted');
});

test('a request is held until its head is whole, whatever port it goes to', () => {
  const flight = new FirstFlight(rule);
  for (const piece of ['G', 'ET / HT', 'TP/1.1\r\nHo', 'st: api.example.com\r\n', '\r'])
    assert.equal(flight.feed(Buffer.from(piece)).verdict, 'more', piece);
  assert.equal(flight.feed(Buffer.from('\n')).verdict, 'permitted');
  const long = new FirstFlight(rule);
  const head = `GET / HTTP/1.1\r\nHost: api.example.com\r\nX: ${'x'.repeat(maxFlightBytes)}`;
  assert.equal(long.feed(Buffer.from(head)).verdict, 'permitted');
  const endless = `GET /${'x'.repeat(maxFlightBytes)}`;
  assert.equal(text(judge(endless)), 'refused: no name within 16384 bytes');
});

/** The first bytes of clients of protocols that are neither; some wait for the server before they go on. */
const others: Readonly<Record<string, string>> = {
  'Postgres, asking for TLS': '\0\0\0\x08\x04\xd2\x16\x2f',
  'Postgres, without TLS': '\0\0\0\x29\0\x03\0\0user\0me\0\0',
  Redis: '*1\r\n$4\r\nPING\r\n',
  'Redis, inline': 'PING\r\n',
  'memcached, a line that begins like a request': 'GET key\r\n',
  SMTP: 'EHLO me.example.com\r\n',
  'an FTP or IMAP client': 'a1 STARTTLS\r\n',
  MongoDB: '\x3f\0\0\0\x01\0\0\0\0\0\0\0',
  AMQP: 'AMQP\0\0\x09\x01',
  MQTT: '\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0',
  SSH: 'SSH-2.0-Go\r\n',
  NATS: 'CONNECT {"verbose":false}\r\n',
  Kafka: '\0\0\0\x14\0\x12\0\0',
  LDAP: '0\x0c\x02\x01\x01',
  Bolt: '``\xb0\x17',
  Git: '0032git-upload-pack /project.git\0host=x\0',
  'SYN of a telnet-like protocol': '\x16\x16\x01\x00',
  'gRPC without TLS': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'one letter': 'x',
};
for (const [what, bytes] of Object.entries(others)) {
  test(`${what} passes on its own port, and not on a port of the web`, () => {
    const first = Buffer.from(bytes, 'latin1');
    assert.equal(text(judge(first)), 'permitted');
    assert.match(text(judge(first, web)), /^refused: neither TLS nor HTTP$/);
  });
}

test('a connection that ends before it has said whom it is for', () => {
  const ended = (bytes: string, by = rule): string => {
    const flight = new FirstFlight(by);
    if (bytes !== '') flight.feed(Buffer.from(bytes, 'latin1'));
    return text(flight.end());
  };
  assert.equal(ended('', web), 'permitted');
  assert.equal(ended('QUIT'), 'permitted');
  assert.equal(ended('QUIT', web), 'refused: neither TLS nor HTTP');
  assert.equal(ended('\x16\x03\x01'), 'refused: TLS that ends within its ClientHello');
  assert.equal(ended('GET / HTTP/1.1\r\n'), 'refused: a request that ends within its head');
});

test('one byte at a time costs no look at everything each time', async () => {
  const hello = withExtension(await helloOf({ servername: 'api.example.com' }), 21, Buffer.alloc(14_000));
  let looks = 0;
  for (let length = 0; length < hello.length; length++) {
    const read = readClientHello(hello.subarray(0, length));
    assert.equal(read.state, 'more');
    if (read.state !== 'more') continue;
    looks++;
    length = read.bytes - 1;
  }
  assert.ok(looks <= 4, `${String(looks)} looks`);
});
