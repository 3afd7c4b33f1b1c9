import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isolationWanted } from '../../src/settings/isolation.ts';
import { settingsWith } from './settings-with.ts';

test('a file asks for all servers, and one start for itself', (t) => {
  const gvisor = settingsWith(t, '{"isolation": "gvisor"}');
  assert.equal(isolationWanted(gvisor, undefined), 'gvisor');
  assert.equal(isolationWanted(gvisor, 'gvisor'), 'gvisor');
  assert.equal(isolationWanted([], 'kata'), 'kata');
  for (const wanted of [undefined, 'default'])
    assert.equal(isolationWanted(settingsWith(t, '{}', '{"isolation": "default"}'), wanted), undefined);
});

test('no start takes away what a file asks for, and files that contradict each other are refused', (t) => {
  const gvisor = settingsWith(t, '{\n  "isolation": "gvisor"\n}');
  const refused = {
    name: 'McpcatError',
    code: 'usage',
    message: /settings\.json:2:16: the isolation gvisor/,
  };
  for (const wanted of ['default', 'kata', 'runc'])
    assert.throws(() => isolationWanted(gvisor, wanted), refused);
  assert.throws(
    () => isolationWanted([...gvisor, ...settingsWith(t, '{"isolation": "kata"}')], undefined),
    refused,
  );
});

test('what is no name is refused with its place', (t) => {
  for (const value of ['""', '7', 'true', '"a b"', '"../runc"', '["gvisor"]'])
    assert.throws(
      () => settingsWith(t, `{"isolation": ${value}}`),
      { code: 'usage', message: /:1:15: isolation: expected/ },
      value,
    );
  assert.throws(() => isolationWanted([], '--privileged'), { code: 'usage' });
});
