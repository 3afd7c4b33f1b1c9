import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostAddresses, syntheticAddresses } from '../../src/egress/addresses.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { rulesOf, type NetworkRequest, type PermittedRule } from '../../src/egress/rules.ts';
import { meansOwnMachine, withSynthetic } from '../../src/egress/user-address.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { ipAddress } from '../../src/lib/ip-address.ts';
import { rig, tcpServer, until } from './rig.ts';

const timeout = 30_000;

function rules(request: Partial<NetworkRequest>): string[] {
  return rulesOf({ declared: [], settings: {}, ...request }).map(brief);
}

function brief({ kind, name, ports, private: mode }: PermittedRule): string {
  return `${kind} ${name} ${ports.join()} ${mode}`;
}

test('an address of a setting that the user gave works like a name, on their own network too', () => {
  const given = (value: string): string[] =>
    rules({ declared: ['{HASS_URL}'], settings: { HASS_URL: value }, given: new Set(['HASS_URL']) });
  const cases: Readonly<Record<string, readonly string[]>> = {
    'http://192.168.1.10:8123': ['address 192.168.1.10 8123 allowed'],
    'https://10.0.0.7/api': ['address 10.0.0.7 443 allowed'],
    'postgres://u:p@192.168.1.5/x': ['address 192.168.1.5 5432 allowed'],
    'mongodb://192.168.1.5,192.168.1.6:27018/x': [
      'address 192.168.1.5 27017 allowed',
      'address 192.168.1.6 27018 allowed',
    ],
    'http://[FD00::5]:8123/': ['address fd00::5 8123 allowed'],
    'http://[::ffff:10.0.0.1]/': ['address ::ffff:a00:1 80 allowed'],
    '192.168.1.10': ['address 192.168.1.10 443 allowed'],
    '192.168.1.10:3000': ['address 192.168.1.10 3000 allowed'],
    'fd00::5': ['address fd00::5 443 allowed'],
    '[fd00::5]:3000': ['address fd00::5 3000 allowed'],
    'http://93.184.215.14/': ['address 93.184.215.14 80 allowed'],
  };
  for (const [value, expected] of Object.entries(cases)) assert.deepEqual(given(value), expected, value);
});

test('an address that only the entry wants is none', () => {
  const request = { declared: ['{URL}'], settings: { URL: 'http://192.168.1.10/' } };
  assert.throws(() => rules(request), { code: 'usage' });
  assert.throws(() => rules({ ...request, given: new Set(['OTHER']) }), { code: 'usage' });
  assert.throws(() => rules({ declared: ['192.168.1.10:80'] }), { code: 'usage' });
});

test('addresses to allow, in every form that people type', () => {
  const cases: Readonly<Record<string, string>> = {
    '192.168.1.10': 'address 192.168.1.10 443 allowed',
    '192.168.1.10:8123': 'address 192.168.1.10 8123 allowed',
    'fd00::5': 'address fd00::5 443 allowed',
    '[fd00::5]': 'address fd00::5 443 allowed',
    '[FD00:0::5]:8123': 'address fd00::5 8123 allowed',
    '2606:4700::1111': 'address 2606:4700::1111 443 allowed',
  };
  for (const [text, expected] of Object.entries(cases))
    assert.deepEqual(rules({ allow: [text] }), [expected], text);
  for (const text of [
    '192.168.1.10:0',
    '192.168.1.10:65536',
    '[fd00::5]:080',
    '1.2.3',
    '0x7f.1',
    'fe80::1%eth0',
    '192.168.1.0/24',
  ])
    assert.throws(() => rules({ allow: [text] }), { code: 'usage' }, text);
});

test('what is never dialled is refused before anything starts, whoever asks for it', () => {
  for (const address of [
    '169.254.169.254',
    '169.254.7.7',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '0.0.0.0',
    '224.0.0.1',
    'fd00:ec2::254',
    '[::ffff:169.254.169.254]:80',
  ]) {
    assert.throws(
      () => rules({ allow: [address] }),
      (error) =>
        error instanceof McpcatError &&
        error.code === 'usage' &&
        /which no server may reach/.test(error.message),
      address,
    );
    const host = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
    assert.throws(
      () =>
        rules({
          declared: ['{URL}'],
          settings: { URL: `http://${host.replace(/:80$/, '')}/` },
          given: new Set(['URL']),
        }),
      { code: 'usage' },
      address,
    );
  }
});

test('localhost in a setting is this machine, once its port is allowed, and says how until then', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal']) {
    const request = {
      declared: ['{OLLAMA}'],
      settings: { OLLAMA: `http://${host}:11434` },
      given: new Set(['OLLAMA']),
    };
    assert.throws(
      () => rules(request),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage');
        assert.match(error.hint ?? '', /this machine is host\.mcpcat\.internal/);
        assert.deepEqual(error.inputs, [{ name: 'allow-local', value: '11434' }]);
        return true;
      },
    );
    assert.deepEqual(rules({ ...request, allowLocal: [11_434] }), [
      'exact host.mcpcat.internal 11434 refused',
      'exact host.mcpcat.internal 11434 allowed',
    ]);
  }
  assert.ok(
    meansOwnMachine('app.localhost') && meansOwnMachine('LOCALHOST') && !meansOwnMachine('notlocalhost'),
  );
});

test('inside, another address stands for it, in settings and arguments', () => {
  const { names } = policyOf(
    rulesOf({ declared: ['a.example.com'], settings: {}, allow: ['192.168.1.10:80', 'fd00::5'] }),
  );
  const synthetic = syntheticAddresses(names);
  assert.deepEqual(
    [...synthetic],
    [
      ['192.168.1.10', '127.77.0.2'],
      ['fd00::5', '127.77.0.3'],
    ],
  );
  assert.deepEqual(hostAddresses(names), [{ name: 'a.example.com', address: '127.77.0.1' }]);
  const cases: Readonly<Record<string, string>> = {
    'http://192.168.1.10:8123/x?y=192.168.1.10': 'http://127.77.0.2:8123/x?y=127.77.0.2',
    'http://[FD00::5]:80/': 'http://127.77.0.3:80/',
    'fd00::5': '127.77.0.3',
    'fd00::5,192.168.1.10': '127.77.0.3,127.77.0.2',
    '1192.168.1.10': '1192.168.1.10',
    '192.168.1.100': '192.168.1.100',
    '192.168.1.10.example.com': '192.168.1.10.example.com',
    'v192.168.1.10-1': 'v192.168.1.10-1',
    '00:11:22:33:44:55': '00:11:22:33:44:55',
    'a:b:c': 'a:b:c',
    '[fd00::6]': '[fd00::6]',
  };
  for (const [text, expected] of Object.entries(cases))
    assert.equal(withSynthetic(text, synthetic), expected);
  assert.equal(withSynthetic('192.168.1.10', new Map()), '192.168.1.10');
});

test('a connection to what stands for an address reaches that address', { timeout }, async () => {
  await using server = await tcpServer((socket) => socket.end('here'));
  const { relay, tunnel, attempts } = await rig([`192.168.77.77:${String(server.port)}`], {
    dial: ({ name, signal }) => {
      assert.equal(name, '192.168.77.77');
      assert.ok(!signal.aborted);
      return Promise.resolve({ outcome: 'failed', reason: 'as in a test' });
    },
  });
  relay.connect('127.77.0.1', server.port);
  await until('it is logged', () => attempts.length === 1);
  assert.equal(attempts[0]?.name, '192.168.77.77');
  assert.equal(await relay.lookup('192.168.77.77'), undefined, 'it is no name');
  tunnel.close();
});

test('an address has one spelling', () => {
  assert.equal(ipAddress('[2001:DB8:0:0::1]'), '2001:db8::1');
  for (const text of ['127.1', '0x7f.0.0.1', '01.2.3.4', 'fe80::1%2', '', '1.2.3.4.5', '[1.2.3.4]'])
    assert.equal(ipAddress(text), undefined, text);
});
