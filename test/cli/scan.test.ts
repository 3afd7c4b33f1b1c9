import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { catalogCopy } from '../rig/catalog-copy.ts';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';
import { vexText } from '../rig/vex.ts';

const record = (id: string, ecosystem: string, name: string, fixed: string): string =>
  JSON.stringify({
    id,
    modified: '2026-11-20T00:00:00Z',
    summary: 'It ends\u001b[2J too early.',
    database_specific: { severity: 'CRITICAL' },
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  });

interface Rig {
  readonly name: string;
  readonly records: string;
  readonly entry: string;
  readonly scan: (...options: readonly string[]) => Promise<Ran>;
}

/** One server of ours against a folder of records, with nothing fetched. */
function rig(t: TestContext): Rig {
  const copy = catalogCopy(['time']);
  t.after(() => copy[Symbol.dispose]());
  const records = temporaryFolder(t);
  const name = copy.names['time'] ?? '';
  const env = { HOME: temporaryFolder(t), MCPCAT_CATALOG: copy.folder };
  return {
    name,
    records,
    entry: path.dirname(copy.file('time', 'server.yaml')),
    scan: (...options) => runHere(['scan', name, '--offline', '--advisories', records, ...options], env),
  };
}

test('a hole is a row with where it is and what fixes it, and exit code 1', async (t) => {
  const { records, scan, name } = rig(t);
  writeFileSync(path.join(records, 'a.json'), record('PYSEC-1', 'PyPI', 'AnyIO', '999.0'));
  const { code, stdout } = await scan('--partial');
  assert.equal(code, 1);
  const row = new RegExp(
    `^${name} +critical +PYSEC-1 +anyio [0-9.]+ +999\\.0 +It ends\\\\u001b\\[2J too early\\.$`,
    'm',
  );
  assert.match(stdout, row);
  assert.match(stdout, /^1 known holes in 1 of 1 servers$/m);
});

test('without holes it is fine only where all was asked', async (t) => {
  const { records, scan } = rig(t);
  writeFileSync(path.join(records, 'a.json'), record('PYSEC-1', 'PyPI', 'anyio', '0.1'));
  const { code, stdout } = await scan();
  assert.equal(code, 1);
  assert.match(stdout, /^NOT CHECKED: \d+ packages of Debian:13/m);
  assert.equal((await scan('--partial')).code, 0);
  writeFileSync(path.join(records, 'b.json'), record('DSA-1', 'Debian:13', 'glibc', '0.1'));
  assert.equal((await scan()).code, 0);
});

test('an exception takes a hole out of the exit code until its day has come', async (t) => {
  const { records, scan, entry } = rig(t);
  writeFileSync(path.join(records, 'a.json'), record('PYSEC-1', 'PyPI', 'anyio', '999.0'));
  const vex = (until: string): void =>
    writeFileSync(
      path.join(entry, 'vex.json'),
      vexText([
        {
          vulnerability: { name: 'PYSEC-1' },
          products: [{ '@id': 'pkg:pypi/anyio' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path',
          impact_statement: 'It starts nothing.',
          status_notes: `until ${until}`,
        },
      ]),
    );
  vex('9999-12-31');
  const held = await scan('--partial');
  assert.equal(held.code, 0);
  assert.match(held.stdout, /excepted until 9999-12-31: It starts nothing\.$/m);
  assert.match(held.stdout, /^0 known holes in 0 of 1 servers, 1 excepted$/m);
  vex('2020-01-01');
  const expired = await scan('--partial');
  assert.equal(expired.code, 1);
  assert.match(expired.stdout, /exception EXPIRED, until 2020-01-01/);
});

test('a record with nonsense ranges of a package that is there is named and fails the scan', async (t) => {
  const { records, scan } = rig(t);
  writeFileSync(path.join(records, 'a.json'), record('PYSEC-1', 'PyPI', 'anyio', 'soon'));
  const { code, stdout } = await scan('--partial');
  assert.equal(code, 1);
  assert.match(stdout, /^NOT READ: a\.json \(PYSEC-1\): "soon" is no version of PyPI$/m);
});

test('--json has the whole report, --sarif the form of code hosts', async (t) => {
  const { records, scan, name } = rig(t);
  writeFileSync(path.join(records, 'a.json'), record('PYSEC-1', 'PyPI', 'anyio', '999.0'));
  const report = JSON.parse((await scan('--json')).stdout) as {
    servers: { server: string; holes: { id: string }[] }[];
  };
  assert.deepEqual(
    report.servers.map(({ server, holes }) => [server, holes.map(({ id }) => id)]),
    [[name, ['PYSEC-1']]],
  );
  const { version } = JSON.parse((await scan('--sarif')).stdout) as { version: string };
  assert.equal(version, '2.1.0');
});

test('--record keeps what was found beside the entry, and info says it', async (t) => {
  const { records, scan, entry, name } = rig(t);
  writeFileSync(path.join(records, 'a.json'), record('PYSEC-1', 'PyPI', 'anyio', '999.0'));
  await scan('--record');
  const kept = JSON.parse(readFileSync(path.join(entry, 'scan.json'), 'utf8')) as {
    holes: { id: string; exceptedUntil: string | null }[];
  };
  assert.deepEqual(
    kept.holes.map(({ id, exceptedUntil }) => [id, exceptedUntil]),
    [['PYSEC-1', null]],
  );
  const env = {
    HOME: temporaryFolder(t),
    MCPCAT_CATALOG: path.dirname(entry),
    DOCKER_HOST: 'unix:///nowhere.sock',
  };
  const { stdout } = await runHere(['info', name], env);
  assert.match(
    stdout,
    /^ {2}Known holes on \d{4}-\d\d-\d\d in PyPI: 1, 1 of them fixed in a later release; not checked: \d+ packages of Debian:13\.$/m,
  );
  assert.match(stdout, /^ {2}Score: \d+ of 100, \d+ without the sandbox \(mcpcat score /m);
});

test('score explains every point, and writes all of them as a page', async (t) => {
  const { entry, name } = rig(t);
  const env = { HOME: temporaryFolder(t), MCPCAT_CATALOG: path.dirname(entry) };
  const { stdout, code } = await runHere(['score', name], env);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${name}: \\d+ of 100 in the sandbox, \\d+ without$`, 'm'));
  assert.match(
    stdout,
    /^20\/20 +what it may reach +no network at all +\(0: .*\) +server\.yaml: permissions\.network$/m,
  );
  const page = path.join(env.HOME, 'scores.md');
  assert.equal((await runHere(['score', '--all', '--page', page], env)).code, 0);
  assert.match(readFileSync(page, 'utf8'), new RegExp(`^\\| ${name} \\| \\*\\*\\d+\\*\\*`, 'm'));
});

test('online, a service that does not answer is said, and what it was asked about is not checked', async (t) => {
  const copy = catalogCopy(['time']);
  t.after(() => copy[Symbol.dispose]());
  const server = copy.names['time'] ?? '';
  const env = {
    HOME: temporaryFolder(t),
    MCPCAT_CATALOG: copy.folder,
    MCPCAT_MIRROR_OSV: 'http://127.0.0.1:9',
  };
  const { code, stdout, stderr } = await runHere(['scan', server, '--online'], env);
  assert.equal(code, 1);
  assert.match(stderr, /PyPI was not checked online: /);
  assert.match(stdout, /^NOT CHECKED: \d+ packages of PyPI/m);
  const both = await runHere(['scan', server, '--online', '--offline'], env);
  assert.equal(both.code, 2);
});
