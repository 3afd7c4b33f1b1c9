import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { isolationWanted } from '../../src/settings/isolation.ts';
import { readSettings, type Settings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../lib/temporary.ts';

function filesWith(t: TestContext, ...texts: readonly string[]): readonly Settings[] {
  return texts.flatMap((text) => {
    const base = temporaryFolder(t);
    mkdirSync(path.join(base, 'mcpcat'));
    writeFileSync(path.join(base, 'mcpcat/settings.json'), text);
    return readSettings({ env: { HOME: '/nowhere', XDG_CONFIG_HOME: base }, host: thisHost() });
  });
}

test('a file asks for all servers, and one start for itself', (t) => {
  const gvisor = filesWith(t, '{"isolation": "gvisor"}');
  assert.equal(isolationWanted(gvisor, undefined), 'gvisor');
  assert.equal(isolationWanted(gvisor, 'gvisor'), 'gvisor');
  assert.equal(isolationWanted([], 'kata'), 'kata');
  for (const wanted of [undefined, 'default'])
    assert.equal(isolationWanted(filesWith(t, '{}', '{"isolation": "default"}'), wanted), undefined);
});

test('no start takes away what a file asks for, and files that contradict each other are refused', (t) => {
  const gvisor = filesWith(t, '{\n  "isolation": "gvisor"\n}');
  const refused = {
    name: 'McpcatError',
    code: 'usage',
    message: /settings\.json:2:16: the isolation gvisor/,
  };
  for (const wanted of ['default', 'kata', 'runc'])
    assert.throws(() => isolationWanted(gvisor, wanted), refused);
  assert.throws(
    () => isolationWanted([...gvisor, ...filesWith(t, '{"isolation": "kata"}')], undefined),
    refused,
  );
});

test('what is no name is refused with its place', (t) => {
  for (const value of ['""', '7', 'true', '"a b"', '"../runc"', '["gvisor"]'])
    assert.throws(
      () => filesWith(t, `{"isolation": ${value}}`),
      { code: 'usage', message: /:1:15: isolation: expected/ },
      value,
    );
  assert.throws(() => isolationWanted([], '--privileged'), { code: 'usage' });
});
