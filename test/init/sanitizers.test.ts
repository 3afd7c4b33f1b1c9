import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { make, out, removeOutput } from './rig.ts';

const reports = mkdtempSync(path.join(tmpdir(), 'mcpcat-sanitizers-'));
const sanitized = path.join(out, 'mcpcat-init-sanitized');
before(() => make('sanitized'));
after(() => {
  removeOutput();
  rmSync(reports, { recursive: true, force: true });
});

test('the build under test has both sanitizers in it', () => {
  const symbols = readFileSync(sanitized);
  for (const name of ['__asan_report_load', '__ubsan_handle']) assert.ok(symbols.includes(name), name);
});

/** Without what the leak check says of a process that ends while it is being stopped: no finding. */
function reportIn(file: string): string {
  return readFileSync(file, 'utf8').replace(/^==\d+==Unable to get registers from thread \d+\.\n/gm, '');
}

for (const suite of [
  'init',
  'lease',
  'limits',
  'secrets-handoff',
  'probe',
  'listeners',
  'stdin-watchdog',
  'relay',
  'relay-dns',
  'attempts',
  'relay-load',
]) {
  test(`the tests of ${suite} pass under address and undefined-behaviour sanitizers`, () => {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      MCPCAT_TEST_INIT: sanitized,
      // Into files, so that a report is found even if its process 1 had nobody to read its stderr.
      ASAN_OPTIONS: `log_path=${reports}/asan`,
      UBSAN_OPTIONS: `log_path=${reports}/ubsan:print_stacktrace=1`,
    };
    delete env['NODE_TEST_CONTEXT'];
    delete env['MCPCAT_TEST_NAMESPACE'];
    const file = path.join(import.meta.dirname, `${suite}.test.ts`);
    const { status, stdout } = spawnSync(process.execPath, ['--test', file], {
      env,
      encoding: 'utf8',
      timeout: 300_000,
    });
    const found = globSync(`${reports}/*`)
      .map(reportIn)
      .filter((report) => report !== '');
    assert.deepEqual(found, []);
    assert.equal(status, 0, stdout);
  });
}
