import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { sarif } from '../../src/scan/sarif.ts';
import { isOpen } from '../../src/scan/scan.ts';
import { report } from './report.ts';
import { sarifSchema } from './sarif-schema.ts';

test('each server has its own holes, exceptions and what was not checked', async () => {
  const { servers, newest, refused } = await report();
  assert.deepEqual(
    servers.map(({ server, holes, unchecked }) => ({
      server,
      holes: holes.map((hole) => [hole.id, hole.name, hole.fixed, isOpen(hole)]),
      unchecked: unchecked.map(({ ecosystem }) => ecosystem),
    })),
    [
      {
        server: 'everything',
        holes: [['GHSA-hono', 'hono', '999.0.0', true]],
        unchecked: ['Bitnami', 'Debian:13'],
      },
      { server: 'time', holes: [['PYSEC-anyio', 'anyio', '999.0', false]], unchecked: ['Debian:13'] },
    ],
  );
  assert.deepEqual(newest, { npm: '2026-11-20', PyPI: '' });
  assert.deepEqual(
    refused.map(({ name }) => name),
    ['broken.json'],
  );
});

interface Sarif {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
    }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly suppressions?: readonly unknown[];
      readonly locations: readonly unknown[];
    }[];
  }[];
}

test('SARIF has a rule for each hole, a result for each server, and says what was not checked', async () => {
  const { runs } = sarif(await report(), (server) => `catalog/${server}/lock.json`) as Sarif;
  const [run] = runs;
  assert.deepEqual(
    run?.tool.driver.rules.map(({ id }) => id),
    ['GHSA-hono', 'PYSEC-anyio'],
  );
  assert.deepEqual(
    run.results.map(({ ruleId, level, suppressions }) => [ruleId, level, suppressions?.length ?? 0]),
    [
      ['GHSA-hono', 'error', 0],
      ['PYSEC-anyio', 'warning', 1],
    ],
  );
  assert.deepEqual(run.results[0]?.locations, [
    { physicalLocation: { artifactLocation: { uri: 'catalog/everything/lock.json' } } },
  ]);
  const notes = run.invocations[0]?.toolExecutionNotifications.map(({ message }) => message.text) ?? [];
  assert.equal(run.invocations[0]?.executionSuccessful, false);
  assert.ok(notes.some((text) => /^time: \d+ packages of Debian:13 were not checked$/.test(text)));
  assert.ok(notes.some((text) => text.startsWith('broken.json: refused')));
});

test('SARIF is of the form that the specification has, and the form finds a mistake', async () => {
  const ajv = new Ajv({ allErrors: true });
  formats.default(ajv);
  const validate = ajv.compile(sarifSchema);
  const written: unknown = JSON.parse(
    JSON.stringify(sarif(await report(), (server) => `my catalog #1/${server}/lock.json`)),
  );
  assert.ok(validate(written), ajv.errorsText(validate.errors));
  for (const [right, wrong] of [
    ['"level":"error"', '"level":"critical"'],
    ['"kind":"external"', '"kind":"elsewhere"'],
    ['"executionSuccessful":false', '"successful":false'],
    ['"uri":"my%20catalog%20%231/', '"uri":"a b/'],
  ] as const) {
    const text = JSON.stringify(written);
    assert.ok(text.includes(right), right);
    assert.ok(!validate(JSON.parse(text.replaceAll(right, wrong))), wrong);
  }
});
