import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Addresses, hostAddresses, maxFoundNames } from '../../src/egress/addresses.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { rulesOf, type NetworkRequest } from '../../src/egress/rules.ts';
import { settingHosts } from '../../src/egress/setting-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { hostRuleText } from '../../src/lib/host-rule.ts';

function rules(request: Partial<NetworkRequest>): string[] {
  const found = rulesOf({ declared: [], settings: {}, ...request });
  return found.map((rule) => `${hostRuleText(rule)}${rule.private === 'allowed' ? ' private' : ''}`);
}

test('what is declared is permitted, and the user’s additions come last and may be private', () => {
  assert.deepEqual(
    rules({ declared: ['a.example.com', '*.b.example.com:80'], allow: ['nas:445', '*.lan.example'] }),
    ['a.example.com', '*.b.example.com:80', 'nas:445 private', '*.lan.example'],
  );
});

test('allowing a declared host again makes it private, and is no repetition', () => {
  const policy = policyOf(
    rulesOf({ declared: ['git.example.com'], settings: {}, allow: ['git.example.com'] }),
  );
  assert.deepEqual(policy.names, ['git.example.com']);
  assert.deepEqual(policy.permits('git.example.com', 443), { verdict: 'permitted', private: 'allowed' });
});

test('deny-network leaves nothing, and contradicts allow', () => {
  assert.deepEqual(rules({ declared: ['a.example.com', '*'], deny: true }), []);
  assert.throws(() => rules({ deny: true, allow: ['a.example.com'] }), {
    code: 'usage',
    message: /contradict/,
  });
});

test('a settings file can only restrict', () => {
  const declared = ['*.example.com', 'db.other.example:5432', 'api.third.example'];
  assert.deepEqual(rules({ declared, only: ['a.example.com', 'db.other.example:5432', 'new.example.org'] }), [
    'a.example.com',
    'db.other.example:5432',
  ]);
  assert.deepEqual(
    rules({ declared: ['*'], only: ['*.example.com', 'x.example.org:80', 'y.example.org:22'] }),
    ['*.example.com', 'x.example.org:80'],
  );
  assert.deepEqual(rules({ declared: ['a.example.com'], only: ['*'] }), ['a.example.com']);
  assert.deepEqual(rules({ declared: ['a.example.com'], only: [] }), []);
});

test('a setting gives host and port, whatever its form', () => {
  const cases: Readonly<Record<string, string>> = {
    'postgres://u:p%40ss@db.example.com:5433/x?sslmode=require': 'db.example.com:5433',
    'postgresql://db.example.com/x': 'db.example.com:5432',
    'postgresql+asyncpg://db.example.com/x': 'db.example.com:5432',
    'jdbc:postgresql://db.example.com/x': 'db.example.com:5432',
    'https://gitlab.example.com/api/v4': 'gitlab.example.com',
    'http://grafana.lan.example:3000': 'grafana.lan.example:3000',
    'http://grafana': 'grafana:80',
    'rediss://:secret@cache.example.com': 'cache.example.com:6379',
    'mongodb://u:p@m.example.com:27018': 'm.example.com:27018',
    'gitlab.example.com': 'gitlab.example.com',
    'gitlab.example.com:8443': 'gitlab.example.com:8443',
    ' GitLab.Example.com/ ': 'gitlab.example.com',
    'https://bücher.example/': 'xn--bcher-kva.example',
  };
  for (const [value, expected] of Object.entries(cases))
    assert.deepEqual(rules({ declared: ['{URL}'], settings: { URL: value } }), [expected], value);
});

test('a setting with a list of hosts gives each of them', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'mongodb://u:p@a.example.com:27018,b.example.com/x?w=1': ['a.example.com:27018', 'b.example.com:27017'],
    'a.example.com:9092,b.example.com:9093': ['a.example.com:9092', 'b.example.com:9093'],
  };
  for (const [value, expected] of Object.entries(cases))
    assert.deepEqual(rules({ declared: ['{URL}'], settings: { URL: value } }), expected, value);
});

test('the port of a setting without one is written, or another setting', () => {
  const settings = { HOST: 'db.example.com', PORT: ' 3307 ', EMPTY: '' };
  assert.deepEqual(rules({ declared: ['{HOST}:3306'], settings }), ['db.example.com:3306']);
  assert.deepEqual(rules({ declared: ['{HOST}:{PORT}'], settings }), ['db.example.com:3307']);
  assert.deepEqual(rules({ declared: ['{HOST}:{EMPTY}'], settings }), ['db.example.com']);
  const full = { ...settings, HOST: 'http://db.example.com:99' };
  assert.deepEqual(rules({ declared: ['{HOST}:{PORT}'], settings: full }), ['db.example.com:99']);
  for (const port of ['0', '65536', 'x', '3306/x'])
    assert.throws(() => rules({ declared: ['{HOST}:{PORT}'], settings: { ...settings, PORT: port } }), {
      code: 'usage',
      message: 'PORT: expected a port from 1 to 65535, found something else',
    });
});

test('a setting that was not given permits nothing', () => {
  assert.deepEqual(rules({ declared: ['{URL}', 'a.example.com'] }), ['a.example.com']);
  assert.deepEqual(rules({ declared: ['{URL}'], settings: { URL: '' } }), []);
});

test('a setting without a usable host is an error that never repeats its value', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    'postgres://u:hunter2@/x': /without a host|something else/,
    'postgres://u:hunter2@10.0.0.5/x': /no host name/,
    'http://u:hunter2@127.1/': /no host name/,
    'http://u:hunter2@[::1]:80/': /IP address/,
    'redis+srv://u:hunter2@m.example.com': /SRV/,
    'foo://u:hunter2@m.example.com': /without a port/,
    'postgres://u:hunter2@localhost/x': /no host name/,
    'u:hunter2@db.example.com': /something else/,
    'hunter2 hunter2': /something else/,
    'hunter2_.-': /no host name/,
    'hunter2:99999': /something else/,
    'http://%zz hunter2': /something else/,
    '"https://u:hunter2@m.example.com"': /quotes around it/,
    "'hunter2.example.com'": /quotes around it/,
  };
  for (const [value, message] of Object.entries(cases)) {
    assert.throws(
      () => settingHosts('URL', value),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage');
        assert.match(error.message, message, value);
        assert.doesNotMatch(`${error.message} ${error.hint ?? ''}`, /hunter2/);
        return true;
      },
    );
  }
});

test('a password with a character that ends the host’s part is refused with what to write, never with its value', () => {
  const cases: Readonly<Record<string, string>> = {
    'postgres://u:hunter/2@db.example.com/x': '%2F',
    'postgres://u:12/hunter2@db.example.com/x': '%2F',
    'postgres://u:hunter#2@db.example.com/x': '%23',
    'mysql://u:hunter?2@db.example.com/x': '%3F',
    'postgres://u:hunter@2@db.example.com/x': '%40',
    'redis://:hunter@2@db.example.com:6379': '%40',
    'https://u:p@hunter2.example.com/x@db.example.com': '%2F',
    'jdbc:postgresql://u:12/hunter2@db.example.com/x': '%2F',
    'https://hunter\\2@db.example.com/x': '%5C',
    'wss://u:12\\hunter2@db.example.com': '%5C',
  };
  for (const [value, code] of Object.entries(cases))
    assert.throws(
      () => settingHosts('URL', value),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage');
        assert.match(`${error.message} ${error.hint ?? ''}`, new RegExp(code), value);
        assert.doesNotMatch(`${error.message} ${error.hint ?? ''}`, /hunter/);
        return true;
      },
    );
});

test('an @ that belongs to a path or a query is none of a password', () => {
  const hosts = (value: string): string[] => settingHosts('URL', value).map(({ name }) => name);
  assert.deepEqual(hosts('https://social.example.com/@someone'), ['social.example.com']);
  assert.deepEqual(hosts('https://social.example.com:8443/@someone'), ['social.example.com']);
  assert.deepEqual(hosts('postgres://u:p@db.example.com/x?application_name=me@home'), ['db.example.com']);
  assert.deepEqual(hosts('postgres://u:p@db.example.com?application_name=me@home'), ['db.example.com']);
  assert.deepEqual(hosts('postgres://u:p%40ss%2Fword@db.example.com/x'), ['db.example.com']);
  assert.deepEqual(hosts('postgres://u:p\\ss@db.example.com/x'), ['db.example.com']);
  assert.deepEqual(hosts('https://files.example.com/a\\b@c'), ['files.example.com']);
});

test('all problems of a list are told at once', () => {
  assert.throws(
    () => rules({ allow: ['http://a', 'b c', '*.com'] }),
    (error) => {
      assert.ok(error instanceof McpcatError && error.code === 'usage');
      assert.match(error.message, /^allow: .*URL http:\/\/a/);
      assert.equal(error.detail.length, 2);
      return true;
    },
  );
  assert.throws(() => rules({ allow: ['{A}'] }), { code: 'usage' });
});

test('the policy decides by name and port, and only an exact addition is private', () => {
  const policy = policyOf(
    rulesOf({
      declared: ['a.example.com', '*.w.example.com:80'],
      settings: {},
      allow: ['nas:445', '*.lan.example'],
    }),
  );
  assert.deepEqual([...policy.ports], [443, 80, 445]);
  assert.deepEqual(policy.permits('a.example.com', 443), { verdict: 'permitted', private: 'refused' });
  assert.deepEqual(policy.permits('x.lan.example', 443), { verdict: 'permitted', private: 'refused' });
  assert.deepEqual(policy.permits('nas', 445), { verdict: 'permitted', private: 'allowed' });
  for (const [name, port] of [
    ['a.example.com', 80],
    ['w.example.com', 80],
    ['x.w.example.com', 443],
    ['nas', 443],
  ] as const)
    assert.equal(policy.permits(name, port).verdict, 'refused', name);
  assert.ok(
    policy.knows('x.w.example.com') && !policy.knows('w.example.com') && !policy.knows('example.com'),
  );
});

test('even the whole internet is names only, on its ports', () => {
  const policy = policyOf(rulesOf({ declared: ['*'], settings: {} }));
  assert.ok(policy.knows('anything.example') && !policy.knows('127.0.0.1') && !policy.knows('2130706433'));
  assert.equal(policy.permits('anything.example', 22).verdict, 'refused');
  assert.deepEqual(policy.permits('anything.example', 80), { verdict: 'permitted', private: 'refused' });
});

test('more ports than the relay can listen on are an error', () => {
  const declared = Array.from({ length: 65 }, (_, index) => `a.example.com:${String(index + 1)}`);
  assert.throws(() => policyOf(rulesOf({ declared, settings: {} })), {
    code: 'usage',
    message: /at most 64/,
  });
});

test('addresses: exact names first, 4096 found names, each for good', () => {
  const addresses = new Addresses(['a', 'b']);
  assert.deepEqual(hostAddresses(['a', 'b']), [
    { name: 'a', address: '127.77.0.1' },
    { name: 'b', address: '127.77.0.2' },
  ]);
  assert.equal(addresses.addressOf('b'), '127.77.0.2');
  for (let index = 0; index < maxFoundNames; index++) assert.ok(addresses.addressOf(`n${String(index)}`));
  assert.equal(addresses.addressOf('one-more'), undefined);
  assert.equal(addresses.addressOf('n253'), '127.77.1.0');
  assert.equal(addresses.nameOf('127.77.1.0'), 'n253');
  assert.equal(addresses.nameOf('127.77.0.0'), undefined);
});
