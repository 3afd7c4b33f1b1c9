import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = path.resolve(import.meta.dirname, '../../.github/workflows');
const Job = z.object({
  permissions: z.record(z.string(), z.string()),
  steps: z.array(
    z.object({ run: z.string().optional(), env: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const Workflow = z.object({ permissions: z.object({}).strict(), jobs: z.record(z.string(), Job) });

const jobs = readdirSync(folder).flatMap((file) =>
  Object.entries(Workflow.parse(parse(readFileSync(path.join(folder, file), 'utf8'))).jobs).map(
    ([name, { permissions, steps }]) => ({
      where: `${file} ${name}`,
      writes: Object.values(permissions).includes('write'),
      runs: steps.flatMap(({ run }) => (run === undefined ? [] : [run])),
      steps,
    }),
  ),
);
const writing = jobs.filter(({ writes }) => writes);

test('there are jobs that may write, and others', () => {
  assert.deepEqual(writing.map(({ where }) => where).toSorted(), [
    'bases.yml propose',
    'rebuild.yml publish',
    'update.yml propose',
  ]);
  assert.ok(jobs.length > writing.length);
});

test('a job that may write installs without scripts', () => {
  for (const { where, runs } of writing) {
    assert.ok(runs.includes('npm ci --ignore-scripts'), where);
    assert.ok(!runs.some((run) => /^npm (ci|install)\b(?!.*--ignore-scripts)/.test(run)), where);
  }
});

test('a job that may write builds and starts nothing, and is not root', () => {
  for (const { where, runs } of writing)
    for (const run of runs)
      assert.doesNotMatch(
        run,
        /\bsudo\b|mcpcat\.js (rebuild|build|base|test|add|audit|run|doctor)\b|mcpcat\.js update (?!--from )/,
        where,
      );
});

test('what jobs bring is held against what they were dealt', () => {
  for (const { where, runs } of writing)
    for (const run of runs.filter((line) => line.includes(' --from ')))
      assert.match(run, / --dealt "\$MATRIX"/, where);
});

test('a job that builds or starts servers has no token that may write', () => {
  const starting = jobs.filter(({ runs }) =>
    runs.some((run) => /mcpcat\.js (rebuild|update \$NAMES)/.test(run)),
  );
  assert.equal(starting.length, 3);
  assert.deepEqual(
    starting.filter(({ writes }) => writes),
    [],
  );
});
