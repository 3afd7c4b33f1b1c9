import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fileState } from '../../src/lib/file-state.ts';
import type { JsonObject } from '../../src/lib/json-value.ts';
import { answerEarly } from '../../src/serve/answer-early.ts';
import { earlyAnswer } from '../../src/serve/early-answer.ts';
import { createHub } from '../../src/serve/hub.ts';
import {
  findGreeting,
  givenAs,
  greetingFile,
  greetingKey,
  type GreetingPlace,
  type KeptGreeting,
} from '../../src/serve/kept-greeting.ts';
import { serveStdio } from '../../src/serve/stdio-front.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { ScriptedServer } from '../rig/scripted-server.ts';

const initialize = {
  jsonrpc: '2.0',
  id: 'one',
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
};
const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, instructions: 'Use them.' };
const results = { initialize: result };

function line(message: unknown): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Kept of one file, in a folder of its own. */
function kept(t: Parameters<typeof temporaryFolder>[0]): {
  readonly place: GreetingPlace;
  readonly input: string;
  readonly write: (greeting?: Partial<KeptGreeting>) => void;
} {
  const folder = temporaryFolder(t, { input: 'as it was' });
  const input = path.join(folder, 'input');
  const place = {
    folder,
    version: '1',
    startedAs: { argv: ['serve', 'time'], env: { HOME: folder, KEY: 'x' } },
    owns: () => true,
  };
  const write = (greeting: Partial<KeptGreeting> = {}): void => {
    const key = greetingKey(place.startedAs);
    const files = { [input]: fileState(input) ?? '', [path.join(folder, 'none')]: '' };
    const whole = { version: '1', key, settings: { KEY: 'given', OTHER: 'absent' }, files, results };
    writeFileSync(greetingFile(folder, key), JSON.stringify({ ...whole, ...greeting }));
  };
  return { place, input, write };
}

test('a greeting is found while everything that it was made of is as it was', (t) => {
  const { place, write } = kept(t);
  assert.equal(findGreeting(place), undefined);
  write();
  assert.deepEqual(findGreeting(place)?.results, results);
});

test('a file that has changed, come or gone makes it unknown', (t) => {
  const { place, input, write } = kept(t);
  write();
  utimesSync(input, new Date(0), new Date(0));
  assert.equal(findGreeting(place), undefined);
  write({ files: { [path.join(place.folder, 'gone')]: '1-2-3-4-5' } });
  assert.equal(findGreeting(place), undefined);
  write({ files: { [input]: '' } });
  assert.equal(findGreeting(place), undefined);
});

test('another setting, other words, another home, other code and another user are each another start', (t) => {
  const { place, write } = kept(t);
  write();
  const { argv, env } = place.startedAs;
  const others: readonly Partial<GreetingPlace>[] = [
    { startedAs: { argv, env: { ...env, KEY: '' } } },
    { startedAs: { argv, env: { ...env, OTHER: 'x' } } },
    { startedAs: { argv: [...argv, 'memory'], env } },
    { startedAs: { argv, env: { ...env, HOME: '/elsewhere' } } },
    { version: '2' },
    { owns: () => false },
  ];
  for (const other of others) assert.equal(findGreeting({ ...place, ...other }), undefined);
  assert.deepEqual(findGreeting(place)?.results, results, 'the same start finds it again');
});

test('what is kept by another key under the same name, or is damaged, is none', (t) => {
  const { place, write } = kept(t);
  for (const wrong of [
    { key: '[]' },
    { results: [] },
    { results: { initialize: 1 } },
    { files: { a: 1 } },
    { settings: null },
    { version: 1 },
  ]) {
    write(wrong as Partial<KeptGreeting>);
    assert.equal(findGreeting(place), undefined, JSON.stringify(wrong));
  }
  const file = greetingFile(place.folder, greetingKey(place.startedAs));
  writeFileSync(file, '{"version":');
  assert.equal(findGreeting(place), undefined);
});

test('only whether a setting is given is kept of it', () => {
  assert.deepEqual(['secret', '', undefined].map(givenAs), ['given', 'empty', 'absent']);
});

test('a relative catalog is another one in another folder', () => {
  const key = (argv: readonly string[]): string => greetingKey({ argv, env: {} });
  assert.ok(key(['serve', '--catalog=mine']).includes(JSON.stringify(process.cwd())));
  assert.ok(!key(['serve', 'time']).includes(JSON.stringify(process.cwd())));
});

const discover = {
  ...{ jsonrpc: '2.0', id: 1, method: 'server/discover' },
  params: {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};

test('server/discover of the revision that is served is answered with what was kept of it', async () => {
  const usual = await session(`${String(line(discover))}\n`, undefined);
  const { result: said } = JSON.parse(usual.text) as { readonly result: JsonObject };
  assert.deepEqual(usual.happened, ['server/discover', JSON.stringify(said)]);
  const early = await session(`${String(line(discover))}\n`, { results: { 'server/discover': said } });
  assert.deepEqual(early, { text: usual.text, happened: [] });
  const other = {
    ...discover,
    params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } },
  };
  assert.equal(earlyAnswer(line(other), { results: { 'server/discover': said } }), undefined);
  assert.equal(earlyAnswer(line(discover), { results }), undefined);
  assert.equal(
    earlyAnswer(line({ ...discover, params: {} }), { results: { 'server/discover': said } }),
    undefined,
  );
});

test('initialize is answered in the revision that it wants; everything else is left to the session', () => {
  const answered = (message: unknown): unknown => {
    const answer = earlyAnswer(line(message), { results });
    return answer && JSON.parse(answer);
  };
  const { params } = initialize;
  assert.deepEqual(answered(initialize), {
    jsonrpc: '2.0',
    id: 'one',
    result: { ...result, protocolVersion: '2025-06-18' },
  });
  const modern = { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } };
  for (const other of [
    { ...initialize, id: undefined },
    { ...initialize, id: null },
    { ...initialize, jsonrpc: '1.0' },
    { ...initialize, method: 'ping' },
    { ...initialize, params: [] },
    { ...initialize, params: modern },
    [initialize],
  ])
    assert.equal(answered(other), undefined, JSON.stringify(other));
});

interface Over {
  readonly text: string;
  readonly happened: readonly string[];
}

/** One client whose first lines have come when it is answered early, and who then meets its session. */
async function session(first: string, early: Pick<KeptGreeting, 'results'> | undefined): Promise<Over> {
  const server = new ScriptedServer({ tools: [{ name: 'echo' }], instructions: 'Use them.' });
  const hub = createHub({ servers: [server.served], say: () => undefined, version: '0' });
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (first === '') stdin.end();
  else stdin.end(first);
  let answer: string | undefined;
  if (early !== undefined) {
    const whole = { version: '', key: '', settings: {}, files: {}, ...early };
    answer = await answerEarly({ stdin, stdout }, whole);
  }
  const happened: string[] = [];
  const greeted = {
    early: answer,
    onAnswer: (method: string, part: { readonly bytes: Buffer }) => happened.push(method, String(part.bytes)),
    onOther: () => happened.push('other'),
  };
  await serveStdio({ hub, stdin, stdout, client: () => 'test', greeted });
  await hub.close();
  return { text: Buffer.concat(chunks).toString(), happened };
}

const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };

test('whoever was answered early is answered once, and its session goes on', async () => {
  const lines = `${String(line(initialize))}\n${String(line(ping))}\n`;
  const usual = await session(lines, undefined);
  const [answer = ''] = usual.text.split('\n');
  assert.equal(usual.text.split('\n').length, 3);
  const { result: said } = JSON.parse(answer) as { readonly result: JsonObject };
  assert.deepEqual(usual.happened, ['initialize', JSON.stringify(said)]);
  const early = await session(lines, { results: { initialize: said } });
  assert.equal(early.text, usual.text);
  assert.deepEqual(early.happened, []);
});

test('an answer that is not what the session would say is found out', async () => {
  const { text, happened } = await session(`${String(line(initialize))}\n`, { results });
  assert.deepEqual(happened, ['other']);
  assert.equal(text.split('\n').length, 2, 'the client has one answer');
});

test('nothing is lost of what came too early, late, in pieces or not at all', async () => {
  const whole = `${String(line(initialize))}\n`;
  for (const first of [`${String(line(ping))}\n${whole}`, whole.slice(0, -1), 'garbage\n', '']) {
    const usual = await session(first, undefined);
    const { text } = await session(first, { results });
    assert.equal(text, usual.text, JSON.stringify(first));
  }
});

test('the file of a greeting lies beside the lists, by a name of eight digits', () => {
  assert.match(path.basename(greetingFile('f', 'key')), /^greeting-[0-9a-f]{8}\.json$/);
  assert.notEqual(greetingFile('f', 'key'), greetingFile('f', 'yek'));
});
