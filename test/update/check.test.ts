import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FakeGitHub } from '../forge/fake-github.ts';
import { runHere } from '../rig/in-process.ts';
import { registry, type Package, type Protocol } from './registry.ts';

const timeout = 120_000;
const day = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();

interface Finding {
  readonly kind: string;
  readonly severity: string;
  readonly message: string;
}
interface Row {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
  readonly state: string;
  readonly waiting?: string;
  readonly findings: readonly Finding[];
  readonly error?: string;
}

interface Question {
  readonly protocol: Protocol;
  readonly source: string;
  /** What is locked; nothing if absent. */
  readonly locked?: string;
  readonly license?: string;
  readonly packages: Readonly<Record<string, Package>>;
  readonly github?: FakeGitHub;
  readonly args?: readonly string[];
}

/** `mcpcat update --check` of one entry; it must leave the entry as it was. */
async function check(question: Question): Promise<Row & { code: number; stderr: string }> {
  const { protocol, source, locked, packages, github, args = [], license = 'MIT' } = question;
  await using fake = await registry(protocol, packages);
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-check-'));
  try {
    writeEntry(path.join(folder, 'catalog', 'fixture'), { source, locked, license });
    const before = contents(path.join(folder, 'catalog', 'fixture'));
    const { code, stdout, stderr } = await runHere(
      ['update', '--all', '--check', '--json', '--catalog', path.join(folder, 'catalog'), ...args],
      {
        ...process.env,
        ...fake.env,
        GITHUB_TOKEN: '',
        ...github?.env,
        XDG_CACHE_HOME: path.join(folder, 'cache'),
      },
    );
    assert.deepEqual(contents(path.join(folder, 'catalog', 'fixture')), before);
    assert.doesNotMatch(stderr, /a bug of ours| at .*\.js:\d+/);
    const [row] = JSON.parse(stdout || '[]') as Row[];
    assert.ok(row, stdout + stderr);
    return { ...row, code, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeEntry(
  folder: string,
  { source, locked, license }: { source: string; locked: string | undefined; license: string },
): void {
  mkdirSync(folder, { recursive: true });
  const name = path.basename(folder);
  const yaml = `name: ${name}
title: Fixture
description: A fixture of the tests.
categories: [testing]
repository: https://github.com/someone/server
license: ${license}
source: "${source}"
command: [server]
`;
  writeFileSync(path.join(folder, 'server.yaml'), yaml);
  if (locked === undefined) return;
  const kind = source.split(':')[0];
  const runtime = { npm: 'node', pypi: 'python', go: 'go' }[kind ?? ''];
  const bare = source.replace(/(?<=[a-z])@.*$/, '');
  const lock = {
    lockVersion: 1,
    source: bare,
    version: locked,
    runtime,
    bin: { server: 'bin/server' },
    artifacts: [],
  };
  writeFileSync(path.join(folder, 'lock.json'), JSON.stringify(lock));
}

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'base64')]),
  );
}

function kinds({ findings }: Row): string[] {
  return findings.map(({ kind }) => kind);
}

const sources: Readonly<Record<Protocol, string>> = {
  npm: 'npm:server',
  pypi: 'pypi:server',
  go: 'go:example.com/server/cmd/server',
};
const names: Readonly<Record<Protocol, string>> = { npm: 'server', pypi: 'server', go: 'example.com/server' };

function versions(protocol: Protocol, ...all: readonly string[]): string[] {
  return all.map((version) => (protocol === 'go' ? `v${version}` : version));
}

for (const protocol of ['npm', 'pypi', 'go'] as const) {
  const source = sources[protocol];
  const [v1 = '', v2 = '', v3 = ''] = versions(protocol, '1.0.0', '1.2.0', '1.10.0');
  const offer = (more: Package): Record<string, Package> => ({ [names[protocol]]: more });

  test(
    `${protocol}: the newest release is found, and what is up to date is said to be`,
    { timeout },
    async () => {
      const packages = offer({ versions: [v1, v3, v2], latest: v3 });
      const behind = await check({ protocol, source, locked: v1, packages });
      assert.deepEqual(
        [behind.code, behind.state, behind.from, behind.to],
        [0, 'newer', v1, v3],
        behind.stderr,
      );
      const level = await check({ protocol, source, locked: v3, packages });
      assert.deepEqual([level.code, level.state, level.findings], [0, 'current', []]);
    },
  );

  test(
    `${protocol}: a release younger than the cool-down waits, and --cool-down changes how long`,
    { timeout },
    async () => {
      const packages = offer({ versions: [v1, v2], published: { [v2]: ago(2) } });
      const waits = await check({ protocol, source, locked: v1, packages });
      assert.deepEqual([waits.code, waits.state], [0, 'waiting']);
      assert.match(waits.waiting ?? '', new RegExp(`^${v2}: published .* may be taken from `));
      for (const days of ['2', '0']) {
        const { state, to } = await check({
          protocol,
          source,
          locked: v1,
          packages,
          args: ['--cool-down', days],
        });
        assert.deepEqual([state, to], ['newer', v2]);
      }
    },
  );

  test(`${protocol}: a release whose age the registry does not say waits`, { timeout }, async () => {
    const packages = offer({ versions: [v1, v2], published: { [v2]: undefined } });
    const { state, waiting } = await check({ protocol, source, locked: v1, packages });
    assert.equal(state, 'waiting');
    assert.match(waiting ?? '', /does not say when/);
  });

  test(`${protocol}: a package that has vanished is a finding`, { timeout }, async () => {
    const row = await check({ protocol, source, locked: v1, packages: {} });
    assert.deepEqual([row.code, row.state, kinds(row)], [1, 'held', ['package-vanished']]);
  });

  test(`${protocol}: a registry that answers 500 is an outage and no finding`, { timeout }, async () => {
    const { code, state, findings, error } = await check({
      protocol,
      source,
      locked: v1,
      packages: offer({ status: 500 }),
    });
    assert.deepEqual([code, state, findings], [1, 'failed', []]);
    assert.match(error ?? '', /answers 500[\s\S]*nothing was changed/);
  });
}

test('npm: a deprecated release is passed over; one that is locked is a finding', { timeout }, async () => {
  const packages = {
    server: { versions: ['1.0.0', '1.1.0'], withdrawn: { '1.1.0': 'has a hole' }, latest: '1.0.0' },
  };
  const passed = await check({ protocol: 'npm', source: 'npm:server', locked: '1.0.0', packages });
  assert.deepEqual([passed.state, passed.findings], ['current', []]);
  const locked = await check({ protocol: 'npm', source: 'npm:server', locked: '1.1.0', packages });
  assert.equal(locked.code, 1);
  assert.deepEqual(kinds(locked), ['release-withdrawn', 'lower-version']);
  assert.match(locked.findings[0]?.message ?? '', /1\.1\.0 was deprecated: has a hole/);
});

test(
  'npm: a package that is deprecated as a whole is a warning, and never taken anew',
  { timeout },
  async () => {
    const packages = {
      server: { versions: ['1.0.0', '1.1.0'], withdrawn: { '1.0.0': 'use other', '1.1.0': 'use other' } },
    };
    const locked = await check({ protocol: 'npm', source: 'npm:server', locked: '1.0.0', packages });
    assert.deepEqual(kinds(locked), ['package-deprecated', 'release-withdrawn', 'no-release']);
    assert.equal(locked.to, '1.0.0');
    const anew = await check({ protocol: 'npm', source: 'npm:server', packages });
    assert.deepEqual([anew.state, anew.to], ['held', undefined]);
  },
);

test(
  'npm: an author who goes back to a lower release does not take the entry along',
  { timeout },
  async () => {
    const packages = { server: { versions: ['1.0.0', '2.0.0'], latest: '1.0.0' } };
    const row = await check({ protocol: 'npm', source: 'npm:server', locked: '2.0.0', packages });
    assert.deepEqual([row.code, row.to, kinds(row)], [0, '2.0.0', ['lower-version']]);
    assert.match(row.findings[0]?.message ?? '', /upstream offers 1\.0\.0, lower than the locked 2\.0\.0/);
  },
);

test('npm: a range that a person has lowered is a downgrade that is asked for', { timeout }, async () => {
  const packages = { server: { versions: ['1.0.0', '1.5.0', '2.0.0'] } };
  const row = await check({ protocol: 'npm', source: 'npm:server@^1.0.0', locked: '2.0.0', packages });
  assert.deepEqual([row.code, row.state, row.to, row.findings], [0, 'newer', '1.5.0', []]);
});

test('npm: a release that the registry removed is a finding', { timeout }, async () => {
  const packages = { server: { versions: ['1.0.0'] } };
  const row = await check({ protocol: 'npm', source: 'npm:server', locked: '1.0.1', packages });
  assert.deepEqual(kinds(row), ['release-withdrawn', 'lower-version']);
  assert.equal(row.code, 1);
});

test('npm: a name that npm took over after an attack has vanished', { timeout }, async () => {
  const packages = { server: { versions: ['0.0.1-security'] } };
  const row = await check({ protocol: 'npm', source: 'npm:server', locked: '1.0.0', packages });
  assert.deepEqual([row.to, kinds(row)], ['1.0.0', ['package-vanished']]);
});

test('PyPI: a yanked release is passed over, and a finding where it is locked', { timeout }, async () => {
  const packages = { server: { versions: ['1.0.0', '1.1.0'], withdrawn: { '1.1.0': 'broken wheel' } } };
  const passed = await check({ protocol: 'pypi', source: 'pypi:server', locked: '1.0.0', packages });
  assert.deepEqual([passed.state, passed.to], ['current', '1.0.0']);
  const locked = await check({ protocol: 'pypi', source: 'pypi:server', locked: '1.1.0', packages });
  assert.match(locked.findings[0]?.message ?? '', /1\.1\.0 was yanked: broken wheel/);
});

test('Go: retractions of the newest go.mod count, and its deprecation', { timeout }, async () => {
  const mod = '// Deprecated: moved away.\nmodule example.com/server\n\nretract [v1.1.0, v1.2.0] // Leaks.\n';
  const packages = { 'example.com/server': { versions: ['v1.0.0', 'v1.1.0', 'v1.2.0'], mod } };
  const row = await check({ protocol: 'go', source: sources.go, locked: 'v1.1.0', packages });
  assert.deepEqual(kinds(row), ['package-deprecated', 'release-withdrawn', 'lower-version']);
  assert.match(row.findings[1]?.message ?? '', /v1\.1\.0 was retracted: Leaks\./);
});

test(
  'a release that closes a hole of the locked one does not wait, if GitHub has reviewed the hole',
  { timeout },
  async () => {
    await using github = await FakeGitHub.start();
    const vulnerabilities = [
      {
        package: { ecosystem: 'npm', name: 'server' },
        vulnerable_version_range: '< 1.1.0',
        first_patched_version: '1.1.0',
      },
    ];
    github.advisories = [
      { ghsa_id: 'GHSA-aaaa', summary: 'It leaks', severity: 'high', withdrawn_at: null, vulnerabilities },
    ];
    github.repositories = { 'someone/server': { license: 'MIT' } };
    const packages = { server: { versions: ['1.0.0', '1.1.0'], published: { '1.1.0': ago(0.1) } } };
    const question = { protocol: 'npm', source: 'npm:server', locked: '1.0.0', packages } as const;
    const row = await check({ ...question, github });
    assert.deepEqual(
      [row.code, row.state, row.to, kinds(row)],
      [0, 'newer', '1.1.0', ['known-vulnerability']],
    );
    assert.match(row.findings[0]?.message ?? '', /GHSA-aaaa \(high\): It leaks; closed in 1\.1\.0/);
    const unknowing = await check(question);
    assert.equal(unknowing.state, 'waiting');
    assert.match(unknowing.stderr, /GITHUB_TOKEN is not set: .*advisories are not looked at/);
  },
);

test(
  'GitHub tells of an archived, a moved, a relicensed repository and of a release that is not in the registry',
  { timeout },
  async () => {
    await using github = await FakeGitHub.start();
    const facts = { archived: true, fullName: 'other/server', license: 'AGPL-3.0', release: 'v1.5.0' };
    github.repositories = { 'someone/server': facts };
    const packages = { server: { versions: ['1.0.0'] } };
    const question = { protocol: 'npm', source: 'npm:server', locked: '1.0.0', packages, github } as const;
    const row = await check(question);
    assert.deepEqual(kinds(row), [
      'repository-archived',
      'repository-moved',
      'repository-license',
      'release-not-in-registry',
    ]);
    assert.equal(row.code, 0);
    github.repositories = {};
    assert.deepEqual(kinds(await check(question)), ['repository-gone']);
  },
);

test(
  'a GitHub that is down or refuses the token costs only what it would have said',
  { timeout },
  async () => {
    await using github = await FakeGitHub.start();
    const packages = { server: { versions: ['1.0.0', '1.1.0'] } };
    for (const status of [401, 429]) {
      github.failure = { status, headers: { 'retry-after': '1' } };
      const row = await check({ protocol: 'npm', source: 'npm:server', locked: '1.0.0', packages, github });
      assert.deepEqual([row.code, row.state], [0, 'newer'], row.stderr);
      assert.match(row.stderr, /not looked at: .*GitHub answers/);
    }
  },
);

test('--cool-down wants days, --pr a repository and a token', { timeout }, async () => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['--cool-down', 'soon'], /--cool-down: expected a number of days/],
    [['--cool-down', '1.5'], /--cool-down: expected a number of days/],
    [['--pr'], /--pr: expected a repository as OWNER\/NAME/],
    [['--pr', '--repo', 'someone/catalog'], /--pr: a pull request needs GITHUB_TOKEN/],
  ];
  for (const [args, says] of wrong) {
    const env = { GITHUB_TOKEN: '', GITHUB_REPOSITORY: '' };
    const { code, stderr } = await runHere(['update', 'time', ...args], env);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  }
});
