import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/catalog/entry.ts';
import { Lock } from '../../src/catalog/lock.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { settingsFindings } from '../../src/pipeline/undeclared-settings.ts';
import { entryText } from '../catalog/entry-text.ts';

const lock = Lock.parse({
  lockVersion: 1,
  source: 'npm:notes',
  version: '1.0.0',
  runtime: 'node',
  bin: { notes: 'node_modules/notes/index.js' },
  artifacts: [],
});
const upstream = {
  readme: '- `NOTES_URL`: Address of the service\n- `NOTES_LOG_LEVEL`: How much it says\n',
  files: [{ path: 'index.js', text: 'process.env.NOTES_URL; process.env.NOTES_LOG_LEVEL' }],
};

function entryWith(more: string): Entry {
  const { entry, problems } = parseEntry('server.yaml', `${entryText('notes')}${more}`, 'notes');
  assert.ok(entry, JSON.stringify(problems));
  return entry;
}

test('settings that upstream documents and the entry lacks are one finding that names them', () => {
  const [finding, ...others] = settingsFindings(entryWith(''), lock, upstream);
  assert.deepEqual([finding?.kind, finding?.severity, others], ['undeclared-settings', 'warning', []]);
  assert.deepEqual(finding?.evidence, [
    'NOTES_LOG_LEVEL: How much it says',
    'NOTES_URL: Address of the service',
  ]);
});

test('what is declared or left out with a reason is not missed', () => {
  const more =
    'env: {NOTES_URL: {description: Address}}\nomitted: [{settings: [NOTES_LOG_LEVEL], reason: it says little}]\n';
  assert.deepEqual(settingsFindings(entryWith(more), lock, upstream), []);
  const half = entryWith('env: {NOTES_URL: {description: Address}}\n');
  assert.deepEqual(settingsFindings(half, lock, upstream)[0]?.evidence, [
    'NOTES_LOG_LEVEL: How much it says',
  ]);
});

test('a name is declared or left out, not both', () => {
  const more =
    'env: {NOTES_URL: {description: Address}}\nomitted: [{settings: [NOTES_URL], reason: nobody needs it}]\n';
  const { entry, problems } = parseEntry('server.yaml', `${entryText('notes')}${more}`, 'notes');
  assert.equal(entry, undefined);
  assert.match(JSON.stringify(problems), /NOTES_URL is declared in env/);
});

test('words of strangers stay on their line', () => {
  const readme = '| `NOTES_URL` | Address \u001B[31m of it |\n';
  const [finding] = settingsFindings(entryWith(''), lock, { ...upstream, readme });
  assert.ok(
    finding?.evidence?.every((line) => !/[\p{Cc}]/u.test(line)),
    JSON.stringify(finding),
  );
});
