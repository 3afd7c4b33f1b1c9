import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { networkFromEnvironment, parseProxy, proxyFor } from '../../src/lib/proxy.ts';

const proxy = 'http://proxy.corp.example:3128';

test('which hosts go past the proxy, in every spelling that people use', () => {
  const cases: Readonly<Record<string, readonly [past: readonly string[], through: readonly string[]]>> = {
    'example.com': [
      ['example.com:443', 'a.b.example.com:80'],
      ['notexample.com:443', 'example.com.evil.test:443'],
    ],
    '.example.com': [['a.example.com:443', 'example.com:443'], ['example.org:443']],
    '*.Example.com': [['a.example.com:443'], ['example.org:443']],
    'example.com:8443': [['example.com:8443'], ['example.com:443']],
    '192.168.1.10': [['192.168.1.10:80'], ['192.168.1.1:80', 'x.192.168.1.10.example:80']],
    '192.168.1.10:81': [['192.168.1.10:81'], ['192.168.1.10:80']],
    '10.0.0.0/8': [['10.1.2.3:80'], ['11.1.2.3:80', 'ten.example:80']],
    'fd00::/8': [['fd12::1:443'], ['2600::1:443', '10.0.0.1:443']],
    '[fd00::5]': [['fd00::5:443'], ['fd00::6:443']],
    '10.0.0.0/99': [[], ['10.0.0.1:80']],
    'x/8': [[], ['10.0.0.1:80']],
    '*': [['anything.example:1'], []],
  };
  for (const [item, [past, through]] of Object.entries(cases)) {
    const found = (target: string): URL | undefined => {
      const at = target.lastIndexOf(':');
      return proxyFor(
        { proxy, noProxy: [item] },
        { host: target.slice(0, at), port: Number(target.slice(at + 1)) },
      );
    };
    for (const target of past) assert.equal(found(target), undefined, `${item} ${target}`);
    for (const target of through)
      assert.equal(found(target)?.host, 'proxy.corp.example:3128', `${item} ${target}`);
  }
  assert.equal(proxyFor({}, { host: 'x', port: 1 }), undefined);
});

test('the environment is read as curl reads it', () => {
  assert.deepEqual(networkFromEnvironment({}), { proxy: undefined, noProxy: undefined });
  assert.deepEqual(
    networkFromEnvironment({ HTTPS_PROXY: ' http://a:1 ', https_proxy: 'http://b:1', NO_PROXY: 'x, y z' }),
    {
      proxy: 'http://b:1',
      noProxy: ['x', 'y', 'z'],
    },
  );
  assert.equal(networkFromEnvironment({ HTTP_PROXY: 'http://a:1', https_proxy: '' }).proxy, 'http://a:1');
  assert.equal(
    networkFromEnvironment({ ALL_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }).proxy,
    'http://a:1',
  );
});

test('a proxy is an http address, and its password is never repeated', () => {
  assert.equal(parseProxy('proxy:3128', 'proxy').href, 'http://proxy:3128/');
  assert.equal(parseProxy('https://u:p@proxy', 'proxy').port, '');
  for (const text of ['socks5://u:hunter2@proxy:1080', 'http://', ''])
    assert.throws(
      () => parseProxy(text, 'proxy'),
      (error) =>
        error instanceof Error &&
        'code' in error &&
        error.code === 'usage' &&
        !error.message.includes('hunter2'),
      text,
    );
});

test('a password with a character that ends the host’s part asks for no other host as a proxy', () => {
  for (const [text, code] of [
    ['http://ada:12/hunter2@proxy.example.com:3128', '%2F'],
    ['ada:12#hunter2@proxy.example.com:3128', '%23'],
    ['https://ada:hunter2?@proxy.example.com', '%3F'],
    ['http://ada\\hunter2@proxy.example.com', '%5C'],
  ] as const)
    assert.throws(
      () => parseProxy(text, 'proxy'),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage');
        assert.ok(error.message.includes(code));
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  assert.equal(parseProxy('http://ada:p%2Fw@proxy.example.com:3128', 'proxy').password, 'p%2Fw');
});
