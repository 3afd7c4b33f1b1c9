import assert from 'node:assert/strict';
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import { readBaseLock } from '../../src/base/base-lock.ts';
import { loadBases, type Bases } from '../../src/base/references.ts';
import { baseKinds, type Runtime } from '../../src/base/recipe.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { project, run, testEngine } from '../rig/engine.ts';
import {
  looseFiles,
  savedImage,
  unwantedPackages,
  unwantedPrograms,
  type LayerFile,
} from '../rig/image-layers.ts';

const timeout = 300_000;
const templates = path.join(project, 'templates');
const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
/** Bytes (issue 2, point 3). */
const budgets: Readonly<Record<Runtime, number>> = { node: 150e6, python: 90e6, go: 12e6 };
const runtimes = ['node', 'python', 'go'] as const;
const saved = new Map<Runtime, readonly LayerFile[]>();
let engine: Engine;
let bases: Bases;

before(
  async () => {
    engine = await testEngine();
    bases = await loadBases(templates, platform);
    for (const kind of runtimes) {
      const { layers } = await savedImage(engine, bases[kind].runtime.reference);
      saved.set(kind, layers.flat());
    }
  },
  { timeout },
);

const filesOf = (kind: Runtime): readonly LayerFile[] => saved.get(kind) ?? [];
const textOf = (kind: Runtime, name: string): string =>
  filesOf(kind)
    .findLast((file) => file.path === name)
    ?.content?.toString() ?? '';

for (const kind of runtimes) {
  test(`the ${kind} runtime base holds no shell, package manager or compiler, in no layer`, () => {
    assert.ok(filesOf(kind).length > 20);
    assert.deepEqual(unwantedPrograms(filesOf(kind)), []);
    assert.deepEqual(unwantedPackages(filesOf(kind)), []);
    assert.ok(!filesOf(kind).some((file) => file.path.endsWith('busybox')));
  });

  test(`the programs of the ${kind} runtime base are mcpcat-init and what runs the servers`, () => {
    const programs = filesOf(kind)
      .filter(({ type, mode }) => type === 'file' && (mode & 0o111) !== 0)
      .map((file) => file.path)
      .filter((name) => !/\.so(\.|$)|\.py$/.test(name));
    const expected = { node: ['usr/local/bin/node'], python: ['usr/bin/python3.13'], go: [] }[kind];
    assert.deepEqual(programs.toSorted(), ['mcpcat-init', ...expected]);
  });

  test(`nothing in the ${kind} runtime base is set-uid, set-gid, foreign or writable by everyone but /tmp`, () => {
    assert.deepEqual(looseFiles(filesOf(kind)), []);
    const temporary = filesOf(kind).findLast((file) => file.path === 'tmp');
    assert.equal(temporary?.mode, 0o1777);
  });

  test(`the ${kind} runtime base has nothing of the machine it was made on`, () => {
    const taken = filesOf(kind).filter((file) => /^etc\/(hostname|hosts|resolv\.conf)$/.test(file.path));
    assert.deepEqual(
      taken.map((file) => file.path),
      [],
    );
  });

  test(`the ${kind} runtime base knows its user, certificates and time zones`, () => {
    assert.match(
      textOf(kind, 'etc/passwd'),
      /^mcpcat:x:65532:65532:[^:]*:\/home\/mcpcat:\/usr\/sbin\/nologin$/m,
    );
    assert.match(textOf(kind, 'etc/group'), /^mcpcat:x:65532:$/m);
    const zone = filesOf(kind).find((file) => file.path === 'usr/share/zoneinfo/Europe/Berlin');
    assert.equal(zone?.content?.subarray(0, 4).toString(), 'TZif');
    const certificates = textOf(kind, 'etc/ssl/certs/ca-certificates.crt').match(
      /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
    );
    const subjects = (certificates ?? []).map((text) => new X509Certificate(text).subject);
    assert.ok(subjects.length > 100, `${String(subjects.length)} certificates`);
    assert.ok(subjects.some((subject) => subject.includes('ISRG Root X1')));
  });

  test(`the status of every package in the ${kind} runtime base can be read by scanners`, async () => {
    const lock = await readBaseLock(templates, kind, platform);
    const statuses = filesOf(kind)
      .filter(({ path: name, type }) => name.startsWith('var/lib/dpkg/status.d/') && type === 'file')
      .map(({ content }) => fieldsOf(content?.toString() ?? ''));
    assert.ok(statuses.length > 0);
    for (const fields of statuses) assert.equal(fields['Status'], 'install ok installed');
    const pairs = statuses.map((fields) => `${fields['Package'] ?? '?'} ${fields['Version'] ?? '?'}`);
    assert.deepEqual(
      pairs.toSorted(),
      lock.runtime.map(({ name, version }) => `${name} ${version}`).toSorted(),
    );
  });

  test(`the ${kind} runtime base keeps to its budget`, async (t) => {
    const image = await engine.inspectImage(bases[kind].runtime.reference);
    const bytes = image?.bytes ?? Number.POSITIVE_INFINITY;
    t.diagnostic(`${(bytes / 1e6).toFixed(1)} MB of ${(budgets[kind] / 1e6).toFixed(0)} MB`);
    assert.ok(bytes <= budgets[kind]);
  });
}

for (const kind of baseKinds) {
  test(`the lock of the ${kind} base names everything by version and hash`, async () => {
    const { build, runtime, artifacts } = await readBaseLock(templates, kind, platform);
    assert.ok(build.length + runtime.length > 0);
    for (const { name, version, sha256, bytes } of [...build, ...runtime]) {
      assert.match(name, /^[a-z0-9][a-z0-9.+-]+$/);
      assert.match(version, /^[0-9A-Za-z.+:~-]+$/, name);
      assert.match(sha256, /^[0-9a-f]{64}$/, name);
      assert.ok(bytes > 0, name);
    }
    for (const { name, algorithm, hex } of artifacts)
      assert.match(hex, algorithm === 'sha512' ? /^[0-9a-f]{128}$/ : /^[0-9a-f]{64}$/, name);
    if (kind === 'node' || kind === 'go') assert.ok(artifacts.length > 0);
  });
}

test('bases that are there are not made again', { timeout }, async () => {
  const { code, stdout, stderr } = await run(['base', 'build', '--json']);
  assert.equal(code, 0, stderr);
  const rows = JSON.parse(stdout) as { state: string; reference: string }[];
  assert.equal(rows.length, 7);
  assert.deepEqual([...new Set(rows.map(({ state }) => state))], ['unchanged']);
});

test('a base of a kind that does not exist is wrong usage', async () => {
  const { code, stderr } = await run(['base', 'build', 'ruby']);
  assert.equal(code, 2);
  assert.match(stderr, /expected node, python or go, found "ruby"/);
});

/** `Name: value` lines; continuation lines begin with a blank. */
function fieldsOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Za-z-]+: /.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
}
