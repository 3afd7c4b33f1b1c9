import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readTools } from '../../src/catalog/tools.ts';
import type { ToolDefinition } from '../../src/surface/surface.ts';
import { toolSearch } from '../../src/tool-search/tool-search.ts';
import { stemOf, wordsOf } from '../../src/tool-search/words.ts';
import { questions } from './questions.ts';

const catalog = path.resolve(import.meta.dirname, '../../catalog');
const tool = (name: string, description = '', more: object = {}): ToolDefinition => ({
  name,
  description,
  ...more,
});

test('names are split into the words that say something, however they are written', () => {
  for (const name of ['getPodLogs', 'get_pod_logs', 'get-pod-logs', 'the logs of a pod, get them'])
    assert.deepEqual(wordsOf(name).map(stemOf).toSorted(), ['log', 'pod'], name);
  assert.deepEqual(wordsOf('listHTTPServers2'), ['list', 'http', 'servers2']);
});

test('what is done and doing has one form, and a short or strange word stays', () => {
  for (const [words, stem] of [
    ['query queries', 'query'],
    ['convert converted converting', 'convert'],
    ['branch branches', 'branch'],
    ['status', 'status'],
    ['as', 'as'],
    ['access', 'access'],
  ] as const)
    for (const word of words.split(' ')) assert.equal(stemOf(word), stem, word);
});

test('the name counts more than the description, and that more than the arguments', () => {
  const schema = { inputSchema: { type: 'object', properties: { invoice: { type: 'string' } } } };
  const { find } = toolSearch([
    tool('a_pay', 'Pays.', schema),
    tool('b_pay', 'Pays an invoice.'),
    tool('create_invoice', 'Makes one.'),
    tool('unrelated', 'Something else.'),
  ]);
  assert.deepEqual(
    find('invoice', 10).map(({ name }) => name),
    ['create_invoice', 'b_pay', 'a_pay'],
  );
  assert.equal(find('invoice', 1).length, 1);
  assert.deepEqual([find('', 5), find('the of a', 5), find('zebra', 5)], [[], [], []]);
});

test('a word that only means the same finds the tool, behind those that have the word', () => {
  const { find } = toolSearch([tool('x_get_image'), tool('y_get_picture'), tool('z_other')]);
  assert.deepEqual(
    find('picture', 5).map(({ name }) => name),
    ['y_get_picture', 'x_get_image'],
  );
});

test('names that objects have by themselves are words like any other', () => {
  const { find, describe } = toolSearch([tool('constructor'), tool('__proto__', 'toString valueOf')]);
  assert.deepEqual(
    find('constructor', 5).map(({ name }) => name),
    ['constructor'],
  );
  assert.equal(find('hasOwnProperty', 5).length, 0);
  assert.equal(describe('toString'), undefined);
});

test('of 82 questions at least 68 have a right tool among the first five of the whole catalog', async () => {
  const names = readdirSync(catalog).filter((name) => existsSync(path.join(catalog, name, 'tools.json')));
  const lists = await Promise.all(
    names.map(async (server) => ({ server, tools: (await readTools(path.join(catalog, server))) ?? [] })),
  );
  const all = lists.flatMap(({ server, tools }) =>
    tools.map(({ name, description }) => tool(`${server}_${name}`, description)),
  );
  assert.ok(
    questions.length >= 60 && all.length > 4000,
    `${String(questions.length)}, ${String(all.length)}`,
  );
  const known = new Set(all.map(({ name }) => name));
  const wanted = questions.map(({ asks, expected }) => ({
    asks,
    tools: expected.map((one) => one.replace('/', '_')),
  }));
  assert.deepEqual(
    wanted.flatMap(({ tools }) => tools.filter((name) => !known.has(name))),
    [],
    'what is expected exists',
  );
  const { find } = toolSearch(all);
  const missed = wanted.filter(({ asks, tools }) => !find(asks, 5).some(({ name }) => tools.includes(name)));
  assert.ok(missed.length <= 14, missed.map(({ asks }) => asks).join('\n'));
});
