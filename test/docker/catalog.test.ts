import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../rig/engine.ts';
import { sample } from '../rig/sample.ts';

interface Report {
  readonly name: string;
  readonly passed: boolean;
  readonly tools: number;
  readonly findings: readonly { readonly kind: string; readonly message: string }[];
}

test('the sample of the catalog is verified under full restrictions', { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await run(['test', ...sample, '--json', '--dry-run']);
  assert.equal(code, 0, stderr + stdout);
  const reports = JSON.parse(stdout) as readonly Report[];
  assert.deepEqual(
    reports.map(({ name, passed }) => [name, passed]),
    sample.map((name) => [name, true]),
  );
  assert.deepEqual(
    reports.filter(({ tools }) => tools === 0),
    [],
  );
});

test('what is built already is not built again, and says so', { timeout: 300_000 }, async () => {
  const { code, stdout } = await run(['build', ...sample, '--json']);
  assert.equal(code, 0);
  const outcomes = JSON.parse(stdout) as readonly { readonly state: string }[];
  assert.deepEqual([...new Set(outcomes.map(({ state }) => state))], ['unchanged']);
});
