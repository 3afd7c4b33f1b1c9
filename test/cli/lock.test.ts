import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { catalogCopy, type CatalogCopy } from '../rig/catalog-copy.ts';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';

interface Rig {
  readonly copy: CatalogCopy;
  readonly home: string;
  readonly file: string;
  readonly lock: (...words: readonly string[]) => Promise<Ran>;
}

function rig(t: TestContext): Rig {
  const copy = catalogCopy(['time', 'memory']);
  t.after(() => copy[Symbol.dispose]());
  const home = temporaryFolder(t);
  const file = path.join(home, 'mcp-lock.json');
  const env = { HOME: home, MCPCAT_CATALOG: copy.folder };
  return { copy, home, file, lock: (...words) => runHere(['lock', '--file', file, ...words], env) };
}

test('what was locked is checked; a host more, and a tool that is not the same, fail', async (t) => {
  const { copy, file, lock } = rig(t);
  const { time = '', memory = '' } = copy.names;
  assert.equal((await lock(time, memory)).code, 0);
  const locked = JSON.parse(readFileSync(file, 'utf8')) as { servers: Record<string, { tools: object }> };
  assert.deepEqual(Object.keys(locked.servers).toSorted(), [memory, time].toSorted());
  const { tools = {} } = locked.servers[time] ?? {};
  assert.deepEqual(Object.keys(tools), ['convert_time', 'get_current_time']);
  const same = await lock('--check');
  assert.deepEqual([same.code, same.stdout], [0, '2 servers are as the lock says\n']);
  copy.edit('time', 'server.yaml', (text) => `${text}permissions: {network: [example.com]}\n`);
  copy.edit('time', 'tools.json', (text) => text.replace('"description": "', '"description": "Also: '));
  const drifted = await lock('--check');
  assert.equal(drifted.code, 1);
  assert.equal(
    drifted.stdout,
    `${time}: tool convert_time has changed\n${time}: network: + example.com\n`.replace(
      'convert_time',
      /tool (\w+) has/.exec(drifted.stdout)?.[1] ?? '',
    ),
  );
  assert.equal((await lock('--check', memory)).code, 0);
});

test('without names it is what clients of this machine start with mcpcat', async (t) => {
  const { copy, home, file, lock } = rig(t);
  const { time = '' } = copy.names;
  mkdirSync(path.join(home, '.cursor'));
  const servers = {
    mine: { command: 'mcpcat', args: ['run', time, '--memory', '1g'] },
    other: { command: 'npx', args: ['-y', 'left-pad'] },
    own: { command: 'mcpcat', args: ['run', 'npm:left-pad'] },
  };
  writeFileSync(path.join(home, '.cursor', 'mcp.json'), JSON.stringify({ mcpServers: servers }));
  const { code, stderr } = await lock();
  assert.equal(code, 0);
  assert.match(stderr, /npm:left-pad: left out: it is of this machine’s own catalog/);
  assert.deepEqual(Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { servers: object }).servers), [
    time,
  ]);
});

test('a server that the catalog no longer has is drift, and the file of another tool stays as it is', async (t) => {
  const { copy, file, lock } = rig(t);
  const { time = '' } = copy.names;
  await lock(time);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(time, 'gone'));
  const { code, stdout } = await lock('--check');
  assert.deepEqual([code, stdout], [1, 'gone: is in the lock and no longer there\n']);
  writeFileSync(file, '{"version": "1.0"}');
  const refused = await lock(time);
  assert.equal(refused.code, 3);
  assert.equal(readFileSync(file, 'utf8'), '{"version": "1.0"}');
});

test('a name that is neither in the lock nor in the catalog is a mistake, not a server as the lock says', async (t) => {
  const { copy, lock } = rig(t);
  const { time = '', memory = '' } = copy.names;
  await lock(time);
  const { code, stderr } = await lock('--check', 'tiem');
  assert.equal(code, 2);
  assert.match(stderr, /there is no server "tiem"/);
  const other = await lock('--check', memory);
  assert.deepEqual([other.code, other.stdout], [1, `${memory}: is used and not in the lock\n`]);
  assert.equal((await lock('--check', time, time)).stdout, '1 server is as the lock says\n');
});

test('half a lock, and a server that stands in it twice, are said with line and column', async (t) => {
  const { copy, file, lock } = rig(t);
  const { time = '' } = copy.names;
  await lock(time);
  const text = readFileSync(file, 'utf8');
  for (const [wrong, says] of [
    [text.slice(0, 300), /mcp-lock\.json:\d+:\d+: expected/],
    [text.replace('"servers": {', '"servers": {}, "servers": {'), /mcp-lock\.json:4:18: .*"servers"/],
  ] as const) {
    writeFileSync(file, wrong);
    const { code, stderr } = await lock('--check');
    assert.equal(code, 3);
    assert.match(stderr, says);
    assert.match(stderr, /hint: bring back the file that was committed/);
    assert.equal((await lock(time)).code, 3, 'it is not written over');
    assert.equal(readFileSync(file, 'utf8'), wrong);
  }
});

test('a place that can not be written to is said, and is no bug', async (t) => {
  const { copy, home } = rig(t);
  const env = { HOME: home, MCPCAT_CATALOG: copy.folder };
  const place = path.join(home, 'a-file', 'lock.json');
  writeFileSync(path.dirname(place), '');
  for (const words of [
    ['lock', copy.names.time ?? '', '--file', place],
    ['score', copy.names.time ?? '', '--page', place],
  ]) {
    const { code, stderr } = await runHere(words, env);
    assert.equal(code, 3);
    assert.match(stderr, /can't (?:read|write) .*a-file/);
    assert.doesNotMatch(stderr, /a bug of ours/);
  }
});
