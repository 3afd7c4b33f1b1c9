import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Lock } from '../../src/catalog/lock.ts';
import { askUpstream } from '../../src/provenance/ask-upstream.ts';
import {
  readUpstreamRecord,
  upstreamRecordText,
  type Check,
  type UpstreamRecord,
} from '../../src/provenance/record.ts';
import { wordFindings } from '../../src/provenance/word-findings.ts';
import { answering } from '../rig/vouching-services.ts';

const ok: Check = { state: 'ok', tried: ['subject'], by: 'somebody' };
const origin = { repository: 'https://github.com/owner/name', workflow: '.github/workflows/release.yml' };

function record(provenance: Check, more: Partial<UpstreamRecord> = {}): UpstreamRecord {
  const found = provenance.state === 'ok' ? origin : null;
  return {
    upstreamVersion: 1,
    version: '2.0.0',
    checks: { provenance },
    origin: found,
    publisher: 'somebody',
    known: { checks: provenance.state === 'ok' ? ['provenance'] : [], origin: found, publisher: 'somebody' },
    ...more,
  };
}

const kinds = (before: UpstreamRecord | undefined, now: UpstreamRecord): string[] =>
  wordFindings(before, now).map(({ kind }) => kind);

test('a release without the provenance that the one before had is found; one of a project that never had any is not', () => {
  const absent = record({ state: 'absent' });
  assert.deepEqual(kinds(record(ok), absent), ['upstream-word-gone']);
  assert.deepEqual(kinds(absent, absent), []);
  assert.deepEqual(kinds(undefined, absent), []);
});

test('another repository, workflow or publisher is found', () => {
  const moved = record(ok, { origin: { ...origin, repository: 'https://github.com/0wner/name' } });
  const other = record(ok, { origin: { ...origin, workflow: '.github/workflows/other.yml' } });
  assert.deepEqual(kinds(record(ok), moved), ['upstream-origin-changed']);
  assert.deepEqual(kinds(record(ok), other), ['upstream-origin-changed']);
  assert.deepEqual(kinds(record(ok), record(ok, { publisher: 'else' })), ['upstream-publisher-changed']);
  assert.deepEqual(kinds(record(ok), record(ok)), []);
});

test('what does not hold and what was not checked is said of the first release too', () => {
  assert.deepEqual(kinds(undefined, record({ state: 'refused', reason: 'x' })), ['upstream-refused']);
  assert.deepEqual(kinds(undefined, record({ state: 'not-checked', reason: 'x' })), ['upstream-not-checked']);
});

test('an outage in between does not make forgotten what was known', async () => {
  await using registry = await answering(new Map());
  const lock: Lock = {
    ...{ lockVersion: 1, source: 'npm:server', version: '1.5.0', runtime: 'node' },
    ...{ bin: {}, scripts: [], artifacts: [] },
  };
  const between = await askUpstream({ lock, env: { npm_config_registry: registry.url } }, record(ok));
  assert.equal(between.checks.provenance?.state, 'not-checked');
  assert.deepEqual(between.known, { checks: ['provenance'], origin, publisher: 'somebody' });
  assert.deepEqual(kinds(between, record({ state: 'absent' })), ['upstream-word-gone']);
});

test('a record is read as it was written; a damaged one is none', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-upstream-'));
  try {
    await writeFile(path.join(folder, 'upstream.json'), upstreamRecordText(record(ok)));
    assert.deepEqual(await readUpstreamRecord(folder), record(ok));
    await writeFile(path.join(folder, 'upstream.json'), '{"upstreamVersion": 2}');
    assert.equal(await readUpstreamRecord(folder), undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
