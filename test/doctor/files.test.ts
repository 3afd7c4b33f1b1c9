import assert from 'node:assert/strict';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Condition } from '../../src/doctor/condition.ts';
import { fileConditions } from '../../src/doctor/files.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const host = linuxHost(thisMachine());

function found(t: TestContext, files: Record<string, string>): { home: string; conditions: Condition[] } {
  const home = temporaryFolder(t, files);
  return { home, conditions: fileConditions({ env: { HOME: home }, host }) };
}

test('a machine without settings and without docker’s configuration has nothing to say of them', (t) => {
  assert.deepEqual(found(t, { 'other.txt': '' }).conditions, []);
});

test('a settings file that holds is named', (t) => {
  const { home, conditions } = found(t, { '.config/mcpcat/settings.json': '{}' });
  const [condition] = conditions;
  assert.equal(condition?.status, 'ok');
  assert.ok(condition.message.includes(path.join(home, '.config/mcpcat/settings.json')));
});

test('a settings file with a mistake fails, with line and column', (t) => {
  const { conditions } = found(t, { '.config/mcpcat/settings.json': '{"servers": {' });
  assert.equal(conditions[0]?.status, 'failed');
  assert.match(conditions[0]?.message ?? '', /settings\.json:1:14: expected/);
});

test('docker’s configuration that is no JSON is a warning without a word of what it holds', (t) => {
  const { conditions } = found(t, { '.docker/config.json': '{"auths": {"x": {"auth": "c2VjcmV0"' });
  assert.equal(conditions[0]?.status, 'warning');
  assert.match(conditions[0]?.message ?? '', /config\.json is no JSON: the docker context/);
  assert.doesNotMatch(conditions[0]?.message ?? '', /c2VjcmV0/);
});

test('docker’s configuration that can’t be read is a warning', (t) => {
  const { conditions } = found(t, { '.docker/config.json/in-a-folder-of-that-name': '' });
  assert.equal(conditions[0]?.status, 'warning');
  assert.match(conditions[0]?.message ?? '', /can't be read \(EISDIR\)/);
});
