/** The program itself, started several times: what it keeps for its next client, and when that holds. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { atHome } from '../rig/at-home.ts';

const program = path.resolve(import.meta.dirname, '../../bin/mcpcat.js');
const hello = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
});

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

function serve(home: string, ...words: readonly string[]): Said {
  return spawnSync(process.execPath, [program, 'serve', ...words], {
    env: { ...atHome(home), XDG_CACHE_HOME: path.join(home, 'cache'), MCPCAT_CATALOG: '' },
    input: `${hello}\n`,
    encoding: 'utf8',
    timeout: 60_000,
  });
}

function greetings(home: string): readonly string[] {
  const folder = path.join(home, 'cache/mcpcat/served');
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('greeting-') ? [path.join(folder, name)] : [],
  );
}

/** Started until its greeting is kept: not while an entry was written a moment ago. */
function serveKept(home: string, ...words: readonly string[]): Said & { readonly file: string } {
  for (const from = Date.now(); ;) {
    const said = serve(home, ...words);
    assert.equal(said.status, 0, said.stderr);
    const [file] = greetings(home);
    if (file !== undefined) return { ...said, file };
    assert.ok(Date.now() - from < 60_000, 'expected a greeting that is kept');
  }
}

test('a client is greeted the same at each start, and what was kept for it is what it was told', (t) => {
  const home = temporaryFolder(t);
  const { file, ...first } = serveKept(home, 'time', 'calculator');
  const kept = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly results: { readonly initialize: unknown };
  };
  const { result } = JSON.parse(first.stdout) as { readonly result: unknown };
  assert.deepEqual(kept.results.initialize, result);
  const again = serve(home, 'time', 'calculator');
  assert.equal(again.status, 0, again.stderr);
  assert.equal(again.stdout, first.stdout);
});

test('what was kept and is not what this start would say does not last', (t) => {
  const home = temporaryFolder(t);
  const { stdout, file } = serveKept(home, 'time');
  const kept = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    kept.replace('"results":{"initialize":{', '"results":{"initialize":{"instructions":"made up",'),
  );
  serve(home, 'time');
  for (const one of greetings(home)) assert.doesNotMatch(readFileSync(one, 'utf8'), /made up/);
  assert.equal(serve(home, 'time').stdout, stdout);
});

test('settings that have come since are read before a client is greeted', (t) => {
  const home = temporaryFolder(t);
  const { stdout, file } = serveKept(home, 'time');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      '"results":{"initialize":{',
      '"results":{"initialize":{"instructions":"made up",',
    ),
  );
  const folder = path.join(home, '.config/mcpcat');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'settings.json'), '{}');
  utimesSync(path.join(folder, 'settings.json'), new Date(0), new Date(0));
  assert.equal(serve(home, 'time').stdout, stdout);
  writeFileSync(path.join(folder, 'settings.json'), '{"servers": ');
  const broken = serve(home, 'time');
  assert.match(broken.stderr, /settings\.json:1:/);
});
