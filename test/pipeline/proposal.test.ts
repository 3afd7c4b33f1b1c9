import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lock } from '../../src/catalog/lock.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { dependencyDiff } from '../../src/pipeline/dependency-diff.ts';
import { markdownCode as code } from '../../src/lib/markdown-text.ts';
import { proposalText } from '../../src/pipeline/proposal.ts';
import { toolDiff, toolDiffLines, type Tool } from '../../src/pipeline/tool-diff.ts';
import type { UpstreamRecord } from '../../src/provenance/record.ts';
import type { VerifiedUpdate } from '../../src/pipeline/update-entry.ts';
import { entryText } from '../catalog/entry-text.ts';

function lock(
  version: string,
  packages: Readonly<Record<string, readonly string[]>>,
  more: Partial<Lock> = {},
): Lock {
  const artifacts = Object.entries(packages).flatMap(([name, versions]) =>
    versions.map((own) => ({
      kind: 'npm' as const,
      name,
      version: own,
      url: `https://registry.npmjs.org/${name}/-/${own}.tgz`,
      integrity: `sha512-${'A'.repeat(86)}==`,
    })),
  );
  return {
    lockVersion: 1,
    source: 'npm:server',
    version,
    runtime: 'node',
    bin: {},
    scripts: [],
    artifacts,
    ...more,
  };
}

const before = lock('1.0.0', { kept: ['1.0.0'], gone: ['1.0.0'], moved: ['1.0.0', '2.0.0'] });
const after = lock('1.1.0', { kept: ['1.0.0'], fresh: ['0.1.0'], moved: ['2.0.0'] }, { scripts: ['fresh'] });

test('dependencies are compared by name, with all versions that a tree holds', () => {
  assert.deepEqual(dependencyDiff(before, after), {
    added: ['fresh 0.1.0'],
    removed: ['gone 1.0.0'],
    changed: ['moved 1.0.0, 2.0.0 → 2.0.0'],
    scripts: ['fresh'],
  });
  assert.equal(dependencyDiff(undefined, after).added.length, 3);
});

const tool = (name: string, description = name, schema = 'a'): Tool => ({ name, description, schema });

test('tools are compared by name, description and arguments; their order does not matter', () => {
  const old = [tool('kept'), tool('gone'), tool('reworded', 'old words'), tool('other')];
  const now = [tool('other', 'other', 'b'), tool('reworded', 'new words'), tool('fresh'), tool('kept')];
  assert.deepEqual(toolDiffLines(toolDiff(old, now)), [
    'added: fresh',
    'removed: gone',
    'reworded: reworded',
    'other arguments: other',
  ]);
  assert.deepEqual(toolDiffLines(toolDiff(old, old.toReversed())), []);
});

const word = (checks: UpstreamRecord['checks']): UpstreamRecord => ({
  upstreamVersion: 1,
  version: '1.1.0',
  checks,
  origin: null,
  publisher: null,
  known: { checks: [], origin: null, publisher: null },
});

function update(more: Partial<VerifiedUpdate> = {}): VerifiedUpdate {
  const { entry } = parseEntry('server.yaml', entryText('server'), 'server');
  assert.ok(entry);
  return {
    server: { entry, folder: '/nowhere', lock: before },
    lock: after,
    files: {},
    dependencies: dependencyDiff(before, after),
    tools: toolDiff([], []),
    upstream: word({ provenance: { state: 'not-checked', reason: 'no answer' } }),
    findings: [],
    verification: {
      image: 'x',
      bytes: 150_000_000,
      bytesBefore: 140_000_000,
      findings: [],
      report: {
        name: 'x',
        image: 'x',
        imageId: 'x',
        passed: true,
        findings: [],
        protocolRevisions: ['initialize'],
        protocolVersion: '2025-06-18',
        serverInfo: undefined,
        tools: 3,
        proof: { works: 1, refused: 20 },
        checks: [],
        call: undefined,
        initializeMs: 300,
        memoryBytes: undefined,
        exitMs: undefined,
      },
    },
    ...more,
  };
}

test('the body tells versions, tools, dependencies, permissions, size and what the proof found', () => {
  const { title, body } = proposalText(update());
  assert.match(title, /1\.0\.0 → 1\.1\.0$/);
  for (const words of [
    /\| version \| `1\.0\.0` \| `1\.1\.0` \|/,
    /<summary>1 added<\/summary>\n\n- `fresh 0\.1\.0`/,
    /<summary>1 removed<\/summary>/,
    /<summary>1 changed<\/summary>\n\n- `moved 1\.0\.0, 2\.0\.0 → 2\.0\.0`/,
    /image 150 MB \(before: 140 MB\)/,
    /install script, which does \*\*not\*\* run: `fresh`/,
    /Unchanged: names, descriptions and arguments/,
  ])
    assert.match(body, words);
  assert.equal(proposalText(update()).body, body);
});

test('what upstream vouches for stands in the body; what nobody answered for is not checked, a change is to be reviewed', () => {
  assert.match(proposalText(update()).body, /- provenance: not checked: `no answer`/);
  const findings = [
    { kind: 'upstream-word-gone', severity: 'warning' as const, message: '1.1.0 comes without provenance' },
  ];
  const { body } = proposalText(update({ upstream: word({ provenance: { state: 'absent' } }), findings }));
  assert.match(
    body,
    /## Upstream’s own word: please review\n\n- \*\*changed\*\* `1\.1\.0 comes without provenance`/,
  );
  assert.match(body, /- provenance: none/);
});

test('what a server says can be no mention, link, heading or comment in the body', () => {
  const evil = '``` @everyone\n# Approved\n[x](https://evil.example) <!-- hidden --> <img src=x>\u202e';
  const { body } = proposalText(update({ tools: toolDiff([], [tool(`a\`b`, evil), tool('c', '')]) }));
  const line = body.split('\n').find((text) => text.includes('@everyone')) ?? '';
  assert.match(line, /^- \*\*added\*\* `a'b`: `[^`]+`$/);
  assert.doesNotMatch(body, /^# Approved/m);
  assert.doesNotMatch(body, /\u202e/);
  assert.match(body, /`c`: \*\(empty\)\*/);
  assert.equal(code('x'.repeat(500)).length, 203);
});

test('a server with a thousand tools and dependencies still fits into what GitHub takes', () => {
  const many = Array.from({ length: 1000 }, (_, index) => tool(`tool-${String(index)}`, 'd'.repeat(5000)));
  const packages = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`package-${String(index)}`, ['1.0.0']]),
  );
  const now = lock('1.1.0', packages);
  const { body } = proposalText(
    update({ lock: now, dependencies: dependencyDiff(before, now), tools: toolDiff([], many) }),
  );
  assert.ok(body.length < 65_536, String(body.length));
  assert.match(body, /and 940 more/);
});
