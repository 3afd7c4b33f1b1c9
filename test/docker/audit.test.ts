import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { AuditReport } from '../../src/audit/report.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { noneLeft, run, testEngine } from '../rig/engine.ts';
import { restless, type Restless } from '../rig/restless.ts';

const timeout = 180_000;
let engine: Engine;
const opened = closedAfterwards();
let server: Restless;
let report: AuditReport;
let code: number;

before(
  async () => {
    engine = await testEngine();
    server = await restless(
      engine,
      'permissions:\n  network: [api.declared.example.com:80, never.used.example.com] # why\n  writable: [/tmp, /data]\n',
      ['at-start'],
    );
    opened.defer(async () => await noneLeft(engine, { [label.server]: server.name }));
    opened.use(server);
    const ran = await run(['audit', server.name, '--json', '--catalog', server.folder]);
    code = ran.code;
    report = JSON.parse(ran.stdout) as AuditReport;
  },
  { timeout },
);

test('every tool is called with arguments made from its schema, and none gets an answer from outside', () => {
  assert.deepEqual(
    report.tools.map(({ name, outcome }) => `${name} ${outcome}`),
    ['search', 'telemetry', 'lookup', 'database', 'note', 'remember', 'spawn'].map(
      (name) => `${name} answered`,
    ),
  );
  assert.match(report.tools[0]?.text ?? '', /mcpcat sinkhole/);
});

test('hosts are told with port, language and the tool that wanted them, declared or not', () => {
  const told = report.hosts.map(({ name, port, declared, speaks, during }) => ({
    name,
    port,
    declared,
    speaks,
    during,
  }));
  assert.deepEqual(told, [
    { name: 'api.declared.example.com', port: 80, declared: true, speaks: 'HTTP', during: ['search'] },
    { name: 'db.vendor.test', port: 5432, declared: false, speaks: 'HTTP', during: ['database'] },
    {
      name: 'only-a-name.vendor.test',
      port: undefined,
      declared: false,
      speaks: 'nothing',
      during: ['lookup'],
    },
    { name: 'telemetry.vendor.test', port: 443, declared: false, speaks: 'HTTP', during: ['telemetry'] },
    { name: 'updates.vendor.test', port: undefined, declared: false, speaks: 'nothing', during: ['start'] },
  ]);
});

test('files and processes are told', () => {
  assert.deepEqual(report.writes.inside, ['/tmp/note.txt']);
  assert.deepEqual(report.writes.outside, ['/home/mcpcat/.restless/state.json']);
  assert.ok(
    report.processes.some((line) => line.endsWith('a-child')),
    report.processes.join('\n'),
  );
});

test('what was tried and not declared is a finding, with a patch that git applies', () => {
  assert.equal(code, 1);
  assert.deepEqual(report.undeclared, {
    network: [
      'db.vendor.test:5432',
      'only-a-name.vendor.test',
      'telemetry.vendor.test',
      'updates.vendor.test',
    ],
    writable: ['/home/mcpcat/.restless'],
  });
  assert.deepEqual(report.unused, { network: ['never.used.example.com'], writable: ['/data'] });
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-patch-'));
  try {
    mkdirSync(path.join(folder, 'catalog', server.name), { recursive: true });
    const file = path.join(folder, 'catalog', server.name, 'server.yaml');
    writeFileSync(file, readFileSync(server.file('server.yaml')));
    execFileSync('git', ['apply', '-'], { cwd: folder, input: report.patch });
    const text = readFileSync(file, 'utf8');
    assert.match(
      text,
      /network: \[api\.declared\.example\.com:80, never\.used\.example\.com, db\.vendor\.test:5432, only-a-name/,
    );
    assert.match(text, /writable: \[\/tmp, \/data, \/home\/mcpcat\/\.restless\]/);
    assert.match(text, /^# What it is for\./);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('only the tools that were named are called', { timeout }, async () => {
  const { stdout, code: exit } = await run(
    // prettier-ignore
    ['audit', server.name, '--tool', 'search', '--json', '--catalog', server.folder],
  );
  const found = JSON.parse(stdout) as AuditReport;
  assert.deepEqual(
    found.tools.filter(({ outcome }) => outcome !== 'left-out').map(({ name }) => name),
    ['search'],
  );
  assert.equal(exit, 1); // it asks for updates at its start
});

test(
  'with real hosts only tools that say they read are called, and others than declared stay a sinkhole',
  { timeout },
  async () => {
    const { stdout } = await run(['audit', server.name, '--live', '--json', '--catalog', server.folder]);
    const found = JSON.parse(stdout) as AuditReport;
    assert.deepEqual(
      found.tools.filter(({ outcome }) => outcome !== 'left-out').map(({ name }) => name),
      ['search'],
    );
    // A name of the reserved ones: it does not resolve, so nothing was sent.
    assert.doesNotMatch(JSON.stringify(found.tools), /sinkhole/);
    assert.match(found.patch, /^-  network: .*never\.used/m);
  },
);

test('people get the same as a table with the patch below', { timeout }, async () => {
  const { stdout } = await run(['audit', server.name, '--catalog', server.folder]);
  assert.match(stdout, /7 tools \(7 answered\), every host a sinkhole: nothing was sent anywhere/);
  assert.match(stdout, /telemetry\.vendor\.test:443 +NOT DECLARED +HTTP +1 +telemetry/);
  assert.match(stdout, /Tried and not declared: db\.vendor\.test:5432, /);
  assert.match(stdout, /\n--- a\/catalog\/restless-/);
});
