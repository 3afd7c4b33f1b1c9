import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Lock } from '../../../src/catalog/lock.ts';
import { project, run } from '../../rig/engine.ts';

const entries = ['sequential-thinking', 'time', 'github'];

test(
  'real servers of npm, PyPI and Go are locked down to the hash of every file',
  { timeout: 600_000 },
  async () => {
    const catalog = mkdtempSync(path.join(tmpdir(), 'mcpcat-real-'));
    try {
      for (const name of entries)
        cpSync(path.join(project, 'catalog', name, 'server.yaml'), path.join(catalog, name, 'server.yaml'));
      const { code, stderr } = await run(['update', '--all', '--lock-only', '--catalog', catalog]);
      assert.equal(code, 0, stderr);
      const locks = entries.map((name) => {
        const text = readFileSync(path.join(catalog, name, 'lock.json'), 'utf8');
        return [name, Lock.parse(JSON.parse(text))] as const;
      });
      for (const [name, { artifacts, bin }] of locks) {
        assert.ok(artifacts.length > 5, `${name} has ${String(artifacts.length)} artifacts`);
        assert.ok(Object.keys(bin).length > 0);
        for (const artifact of artifacts)
          assert.match(hashOf(artifact), /^(sha512-.{88}|[0-9a-f]{64}|h1:.{44})$/);
        const hosts = new Set(artifacts.map(({ url }) => new URL(url).host));
        const [host = '', ...others] = hosts;
        assert.deepEqual(others, []);
        assert.match(host, /^(registry\.npmjs\.org|files\.pythonhosted\.org|proxy\.golang\.org)$/);
        assert.deepEqual(
          readdirSync(path.join(catalog, name)).filter((file) => file.endsWith('.tmp')),
          [],
        );
      }

      const again = await run(['update', '--all', '--lock-only', '--catalog', catalog]);
      assert.equal(again.code, 0, again.stderr);
      assert.equal(again.stdout.match(/unchanged/g)?.length, entries.length, again.stdout);
    } finally {
      rmSync(catalog, { recursive: true, force: true });
    }
  },
);

function hashOf(artifact: Lock['artifacts'][number]): string {
  if (artifact.kind === 'npm') return artifact.integrity;
  if (artifact.kind === 'go') return artifact.sum ?? artifact.modSum;
  return artifact.sha256;
}
