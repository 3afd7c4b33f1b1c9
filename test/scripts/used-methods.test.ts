import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { withUsedMethods } from '../../scripts/bundle/used-methods.ts';

const project = path.resolve(import.meta.dirname, '../..');
const method = (name: string, body: string): string =>
  `/** ${name} */\nDocker.prototype.${name} = function(opts) {\n  ${body}\n};\n`;

test('methods that are called stay, and those that these call, and no other', () => {
  const source = `var Docker = function() {\n};\n${method('a', 'return self.b(opts);')}${method('b', 'return 1;')}${method('c', 'return this.a();')}module.exports = Docker;\n`;
  const lean = withUsedMethods(source, 'await docker.a(1);\nother.c();');
  assert.match(lean, /prototype\.a = [^]*prototype\.b = [^]*module\.exports = Docker/);
  assert.doesNotMatch(lean, /prototype\.c/);
  assert.equal(withUsedMethods('class Docker { a() {} }\n', 'docker.a()'), 'class Docker { a() {} }\n');
});

test('of dockerode as it is, every method that the adapter calls is left', () => {
  const whole = readFileSync(path.join(project, 'node_modules/dockerode/lib/docker.js'), 'utf8');
  const adapter = path.join(project, 'src/engine/docker');
  const ours = readdirSync(adapter)
    .map((name) => readFileSync(path.join(adapter, name), 'utf8'))
    .join('\n');
  const lean = withUsedMethods(whole, ours);
  const called = new Set([...ours.matchAll(/\bdocker\.(\w+)\(/g)].map(([, name = '']) => name));
  assert.ok(called.has('getContainer') && called.size > 5);
  const there = [...called].filter((name) => whole.includes(`Docker.prototype.${name} =`));
  assert.deepEqual(
    there.filter((name) => !lean.includes(`Docker.prototype.${name} =`)),
    [],
  );
  assert.ok(lean.length < whole.length / 2, `${String(lean.length)} of ${String(whole.length)} characters`);
});
