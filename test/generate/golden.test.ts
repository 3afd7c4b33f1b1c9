import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { generated, inputOf } from './input.ts';

const golden = path.resolve(import.meta.dirname, '../golden');
const servers = {
  everything: 'an npm server',
  time: 'a PyPI server',
  github: 'a Go server',
  git: 'a server with Debian packages',
  memory: 'a server with a state folder',
};

for (const [name, what] of Object.entries(servers)) {
  test(`the Dockerfile of ${what} (${name}) is the golden one; U=1 rewrites it`, async () => {
    const { dockerfile } = await generated(await inputOf(name));
    const file = path.join(golden, name, 'Dockerfile');
    if (process.env['U'] === '1') {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, dockerfile);
    }
    assert.ok(existsSync(file), `there is no ${file}: U=1 writes it`);
    assert.equal(dockerfile, readFileSync(file, 'utf8'));
  });

  test(`generating ${name} twice gives the same bytes`, async () => {
    const [one, two] = [await generated(await inputOf(name)), await generated(await inputOf(name))];
    assert.equal(JSON.stringify(one), JSON.stringify(two));
    assert.match(one.fingerprint, /^[0-9a-f]{64}$/);
  });

  test(`the Dockerfile of ${name} keeps to what every builder knows`, async () => {
    const { dockerfile } = await generated(await inputOf(name));
    assert.doesNotMatch(dockerfile, /^#|<<|--mount|--chmod|--network|^ADD|^ONBUILD|^ARG|^RUN [^[]/m);
    assert.match(dockerfile, /^USER 65532:65532\nENTRYPOINT \["\/mcpcat-init", "--", /m);
  });

  test(`every file of ${name} has a place of its own inside the context`, async () => {
    const { files, artifacts } = await generated(await inputOf(name));
    const places = [...Object.keys(files), ...artifacts.map((artifact) => artifact.path)];
    assert.deepEqual(
      places.filter((place) => path.normalize(place) !== place || /^[./]/.test(place)),
      [],
    );
    const twice = places.filter((place, index) => places.indexOf(place) !== index);
    // One tarball may lie at several places of a tree of packages: the same content is one file.
    const contents = new Map(artifacts.map((artifact) => [artifact.path, JSON.stringify(artifact.artifact)]));
    assert.deepEqual(
      twice.filter((place) => !contents.has(place)),
      [],
    );
  });
}
