import assert from 'node:assert/strict';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { restricted, refuseAllow, type Restricted } from '../../src/settings/restrict.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { readSettings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryOf } from '../sandbox/fixtures.ts';
import { settingsWith } from './settings-with.ts';

const entry = entryOf({
  env: { BASE_URL: { description: 'Where' } },
  permissions: { network: ['api.example.com', '*.cdn.example.com', 'db.example.com:5432', '{BASE_URL}'] },
  limits: { memory: '512m', cpus: 2, pids: 64 },
});

/** The entry with this file; servers of the catalog are those named. */
function withFile(t: TestContext, text: string, servers: readonly string[] = ['notes']): Restricted {
  return restricted(entry, settingsWith(t, text), (name) => servers.includes(name));
}

const section = (text: string): string => `{"servers": {"notes": {\n${text}\n}}}`;

test('without a file, or without a section, nothing changes', (t) => {
  assert.deepEqual(
    restricted(entry, [], () => true),
    { entry, denied: undefined, files: [] },
  );
  for (const text of ['{}', '{"servers": {}}', '{"$schema": "x", "servers": {"other": {"memory": "1g"}}}'])
    assert.equal(withFile(t, text).entry, entry, text);
  assert.deepEqual(withFile(t, section('')).entry, entry);
});

test('hosts and limits are those of the file', (t) => {
  const text = section(
    '"network": ["api.example.com", "img.cdn.example.com", "{BASE_URL}"], "memory": "256m", "cpus": 0.5, "pids": 32',
  );
  const { permissions, limits } = withFile(t, text).entry;
  assert.deepEqual(permissions, {
    ...entry.permissions,
    network: ['api.example.com', 'img.cdn.example.com', '{BASE_URL}'],
  });
  assert.deepEqual(limits, { memory: '256m', cpus: 0.5, pids: 32 });
});

test('as much as the entry has is no widening', (t) => {
  const text = section(
    '"network": ["*.cdn.example.com", "db.example.com:5432"], "memory": "512m", "cpus": 2, "pids": 64',
  );
  assert.deepEqual(withFile(t, text).entry.limits, entry.limits);
});

test('no host at all can be left, by an empty list or by denyNetwork', (t) => {
  assert.deepEqual(withFile(t, section('"network": []')).entry.permissions.network, []);
  const { entry: left, denied } = withFile(
    t,
    section('"network": ["api.example.com"],\n"denyNetwork": true'),
  );
  assert.deepEqual(left.permissions.network, []);
  assert.match(denied ?? '', /settings\.json:3:1$/);
});

test('denyNetwork is not lifted by --allow, and denyNetwork false denies nothing', (t) => {
  const denying = withFile(t, section('"denyNetwork": true'));
  assert.throws(() => refuseAllow(denying, ['a.example.com']), {
    message: /settings\.json:2:1: denyNetwork stands there, and to allow a\.example\.com contradicts it/,
  });
  refuseAllow(denying, []);
  const open = withFile(t, section('"denyNetwork": false'));
  assert.deepEqual(open.entry, entry);
  refuseAllow(open, ['a.example.com']);
});

/** Text of the section → place, message, hint. */
const refusals: Readonly<Record<string, readonly [place: string, message: RegExp, hint?: RegExp]>> = {
  '"network": ["api.example.com", "evil.example.com"]': [
    '2:32',
    /notes\.network: expected what the entry declares \(api\.example\.com, .*\) or less, found "evil\.example\.com"$/,
    /a host is added for one run/,
  ],
  '"network": ["*.example.com"]': ['2:13', /found "\*\.example\.com"$/],
  '"network": ["*"]': ['2:13', /or less, found "\*"$/],
  '"network": ["api.example.com:8443"]': ['2:13', /found "api\.example\.com:8443"$/],
  '"network": ["db.example.com"]': ['2:13', /db\.example\.com:5432.*found "db\.example\.com"$/],
  '"network": ["{OTHER_URL}"]': ['2:13', /found "\{OTHER_URL\}"$/],
  '"network": ["host.mcpcat.internal"]': ['2:13', /or less/],
  '"network": ["https://api.example.com"]': ['2:13', /found the URL/, /write api\.example\.com/],
  '"network": ["api.example.com", "api.example.com"]': ['2:32', /listed twice/],
  '"network": "api.example.com"': ['2:12', /expected a list of hosts, found "api\.example\.com"$/],
  '"network": [1]': ['2:13', /expected a host in quotes, found 1$/],
  '"denyNetwork": "yes"': ['2:16', /expected true or false, found "yes"$/],
  '"memory": "1g"': ['2:11', /expected at most the entry's 512m, found "1g"$/, /more is given to one run/],
  '"memory": 256': ['2:11', /expected a size in quotes, such as "256m", found 256$/],
  '"memory": "256mb"': ['2:11', /expected a size such as 512m or 1g, found "256mb"$/],
  '"memory": "1m"': ['2:11', /expected at least 16m, found "1m"$/],
  '"cpus": 4': ['2:9', /expected at most the entry's 2, found 4$/],
  '"cpus": 0': ['2:9', /expected a number of at least 0\.01, found 0$/],
  '"cpus": "1"': ['2:9', /expected a number of at least 0\.01, found "1"$/],
  '"pids": 65': ['2:9', /expected at most the entry's 64, found 65$/],
  '"pids": 2.5': ['2:9', /expected a whole number of at least 2, found 2\.5$/],
  '"pids": null': ['2:9', /found null$/],
  '"netwrok": []': [
    '2:1',
    /notes: expected network, denyNetwork, memory, cpus, pids, found the key "netwrok"$/,
    /did you mean network\?/,
  ],
  '"mounts": {}': ['2:1', /found the key "mounts"$/],
};
for (const [text, [place, message, hint = /|/]] of Object.entries(refusals)) {
  test(`${text} is refused at ${place}`, (t) => {
    assert.throws(
      () => withFile(t, section(text)),
      (error) => {
        assert.ok(error instanceof McpcatError, String(error));
        assert.equal(error.exitCode, 2);
        assert.ok(error.message.includes(`settings.json:${place}: `), error.message);
        assert.match(error.message, message);
        assert.match(error.hint ?? '', hint);
        return true;
      },
    );
  });
}

test('all problems of a section are said at once, in the order of the file', (t) => {
  const text = section('"memory": "1g",\n"network": ["evil.example.com"],\n"pidz": 1');
  assert.throws(
    () => withFile(t, text),
    (error) => {
      assert.ok(error instanceof McpcatError);
      const places = [error.message, ...error.detail].map(
        (line) => /settings\.json:(\d+:\d+):/.exec(line)?.[1],
      );
      assert.deepEqual(places, ['2:11', '3:13', '4:1']);
      return true;
    },
  );
});

test('a section that is misspelt does not undo what it was to forbid', (t) => {
  const text = '{"servers": {"ntoes": {"denyNetwork": true}}}';
  assert.throws(() => withFile(t, text), {
    message: /settings\.json:1:14: servers: expected a server of the catalog, found "ntoes"/,
    hint: 'did you mean notes?',
  });
  // A server of that name, or one of another catalog, is meant.
  assert.equal(withFile(t, text, ['notes', 'ntoes']).entry, entry);
  assert.equal(withFile(t, '{"servers": {"notes-work": {}, "weather": {}}}').entry, entry);
});

test("another server's section does not concern this one", (t) => {
  assert.equal(withFile(t, '{"servers": {"other": {"memory": 7, "x": 1}}}').entry, entry);
});

test('a section, or the whole file, of another form is refused', (t) => {
  for (const [text, message] of [
    ['{"servers": {"notes": []}}', /:1:23: notes: expected an object, found a list$/],
    ['{"servers": []}', /:1:13: servers: expected an object, found a list$/],
    ['[]', /:1:1: the file: expected an object, found a list$/],
    [
      '{"server": {}}',
      /:1:2: the file: expected \$schema, servers, isolation, secretCommand, proxy, noProxy, ca, mirrors, acceptMissing, catalogs, bundleSigners, found the key "server"$/,
    ],
    ['{"servers": {"notes": {}, "notes": {}}}', /:1:27: expected each key once/],
  ] as const)
    assert.throws(() => withFile(t, text), { message }, text);
});

/** The entry with two files: one where the environment says, one in the home. */
function withTwo(t: TestContext, one: string, other: string): Restricted {
  const home = temporaryFolder(t, { 'x/mcpcat/settings.json': one, '.config/mcpcat/settings.json': other });
  const env = { HOME: home, XDG_CONFIG_HOME: path.join(home, 'x') };
  return restricted(entry, readSettings({ env, host: linuxHost(thisMachine()) }), () => true);
}

test('of two files the narrower holds, key by key, whichever is which', (t) => {
  const wide = section(
    '"network": ["api.example.com", "*.cdn.example.com", "{BASE_URL}"], "memory": "64m", "cpus": 2',
  );
  const tight = section('"network": ["img.cdn.example.com", "api.example.com"], "memory": "128m", "cpus": 1');
  for (const [one, other] of [
    [wide, tight],
    [tight, wide],
  ] as const) {
    const left = withTwo(t, one, other);
    assert.deepEqual(left.entry.permissions.network.toSorted(), ['api.example.com', 'img.cdn.example.com']);
    assert.deepEqual(left.entry.limits, { memory: '64m', cpus: 1, pids: 64 });
    assert.equal(left.files.length, 2);
  }
});

test('what only one file says holds, and what neither permits in common is nothing', (t) => {
  const left = withTwo(t, '{"servers": {"other": {}}}', section('"memory": "64m"'));
  assert.deepEqual([left.entry.limits.memory, left.files.length], ['64m', 1]);
  const none = withTwo(t, section('"network": ["api.example.com"]'), section('"network": ["{BASE_URL}"]'));
  assert.deepEqual(none.entry.permissions.network, []);
  const denied = withTwo(t, section('"memory": "64m"'), section('"denyNetwork": true'));
  assert.deepEqual(denied.entry.permissions.network, []);
  assert.match(denied.denied ?? '', /\.config\/mcpcat\/settings\.json:2:1$/);
  assert.throws(() => withTwo(t, section('"memory": "64m"'), section('"memory": "1g"')), { code: 'usage' });
});
