import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { GenerateInput } from '../../src/generate/generated.ts';
import { generated, inputOf } from './input.ts';

const catalog = path.resolve(import.meta.dirname, '../../catalog');
const npm = '/usr/local/lib/node_modules/npm/bin/npm-cli.js';

/** What a build may start: programs of the base alone, and of the interpreters only these files and modules. */
const allowed: readonly RegExp[] = [
  /^(install|chown|chmod|rm|mkdir|cp|mv|ln) /,
  /^find \/(debs|sysroot) .*-exec (dpkg-deb -x \{\} \/sysroot|chmod a-s \{\}) [;+]$/,
  new RegExp(`^node ${npm} ci --offline --ignore-scripts `),
  /^node --expose-internals [\w=. -]*\/build\/compile-cache\.mjs \/app\//,
  /^python3 -m venv --without-pip \/app$/,
  /^python3 -m pip (--python \/app\/bin\/python )?install --no-index .*--require-hashes --no-deps /,
  /^python3 -I -S -c import compileall/,
  /^python3 \/build\/place-programs\.py$/,
  /^go build -trimpath /,
];
/** Only with a reason in the entry, and never as root. */
const installScript = new RegExp(`^node ${npm} rebuild --offline [^;]* -- [\\w@./-]+$`);

function commandsOf(dockerfile: string): { readonly words: string; readonly user: string }[] {
  let user = '0:0';
  return dockerfile.split('\n').flatMap((line) => {
    if (line.startsWith('USER ')) user = line.slice(5);
    if (line.startsWith('FROM ')) user = '0:0';
    return line.startsWith('RUN ')
      ? [{ words: (JSON.parse(line.slice(4)) as string[]).join(' '), user }]
      : [];
  });
}

const names = readdirSync(catalog, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test('no build of the catalog starts anything that is not the base’s', async () => {
  for (const { name } of names) {
    const input = await inputOf(name);
    const { dockerfile } = await generated(input);
    for (const { words, user } of commandsOf(dockerfile)) {
      if (installScript.test(words) && input.entry.scripts.length > 0) {
        assert.equal(user, '65532:65532', `${name}: ${words}`);
        continue;
      }
      assert.ok(
        allowed.some((pattern) => pattern.test(words)),
        `${name}: RUN ${words}`,
      );
    }
  }
});

test('an install script runs where the entry gives a reason for it, and not as root', async () => {
  const input: GenerateInput = await inputOf('memory-keeper');
  const scripts = commandsOf((await generated(input)).dockerfile).filter(({ words }) =>
    installScript.test(words),
  );
  assert.deepEqual(
    scripts.map(({ user }) => user),
    ['65532:65532'],
  );
  const without = { ...input, entry: { ...input.entry, scripts: [] } };
  assert.doesNotMatch((await generated(without)).dockerfile, /rebuild/);
});
