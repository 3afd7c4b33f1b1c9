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
  const lean = withUsedMethods(source, 'await docker.a(1);\nc();');
  assert.match(lean, /prototype\.a = [^]*prototype\.b = [^]*module\.exports = Docker/);
  assert.doesNotMatch(lean, /prototype\.c/);
  assert.equal(withUsedMethods('class Docker { a() {} }\n', 'docker.a()'), 'class Docker { a() {} }\n');
});

for (const [file, inUse] of [
  ['docker', ['getContainer', 'listContainers', 'buildImage']],
  ['container', ['attach', 'kill', 'remove']],
  ['image', ['inspect', 'remove']],
] as const)
  test(`of dockerode's ${file}.js as it is, what the adapter calls is left, and not all`, () => {
    const whole = readFileSync(path.join(project, `node_modules/dockerode/lib/${file}.js`), 'utf8');
    const adapter = path.join(project, 'src/engine/docker');
    const ours = readdirSync(adapter).map((name) => readFileSync(path.join(adapter, name), 'utf8'));
    const lean = withUsedMethods(whole, ours.join('\n'));
    const left = (text: string): string[] =>
      [...text.matchAll(/prototype\.(\w+) = /g)].map(([, name = '']) => name);
    const called = new Set([...ours.join('\n').matchAll(/\.(\w+)\(/g)].map(([, name = '']) => name));
    for (const name of inUse) assert.ok(called.has(name), name);
    assert.deepEqual(
      left(whole).filter((name) => called.has(name) && !left(lean).includes(name)),
      [],
    );
    assert.ok(left(lean).length < left(whole).length);
  });
