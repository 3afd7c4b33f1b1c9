import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog } from '../../src/serve-http/event-log.ts';
import { Part } from '../../src/serve/message.ts';
import { begun, openedFront, usual, type OpenedFront } from './opened-front.ts';
import { textResult } from './scripted-hub.ts';

interface Event {
  readonly id: string | undefined;
  readonly data: string;
}

/** Events of a stream, one at a time. */
async function* eventsOf(response: Response): AsyncGenerator<Event> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const of = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      if (of('data').length > 0) yield { id: of('id')[0], data: of('data').join('\n') };
    }
  }
}

const wait = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'wait' } };
const progress = (step: number) =>
  ({
    kind: 'notification',
    method: 'notifications/progress',
    params: Part.ofValue({ progressToken: 1, progress: step }),
  }) as const;
const limits = { streamAfterMs: 5 };

async function resumed(
  { url }: OpenedFront,
  session: Readonly<Record<string, string>>,
  after: string | undefined,
): Promise<Response> {
  return fetch(url, { headers: { ...usual, ...session, 'Last-Event-ID': after ?? '' } });
}

async function next(events: AsyncGenerator<Event>): Promise<Event> {
  const { value } = (await events.next()) as IteratorResult<Event, undefined>;
  return value ?? assert.fail('the stream has ended');
}

test('a client that loses its connection in a call gets the rest, once, and the answer', async (t) => {
  const opened = await openedFront(t, { limits });
  const session = await begun(opened);
  const lost = new AbortController();
  const call = await fetch(opened.url, {
    method: 'POST',
    body: JSON.stringify(wait),
    headers: { ...usual, ...session },
    signal: lost.signal,
  });
  const events = eventsOf(call);
  const primed = await next(events);
  assert.deepEqual(primed.data, '');
  const { connection } = opened.hub.sessions[0] ?? assert.fail();
  void connection.send(progress(1), { about: 2 });
  const first = await next(events);
  assert.match(first.data, /"progress":1/);
  lost.abort();
  void connection.send(progress(2), { about: 2 });
  const rest = eventsOf(await resumed(opened, session, first.id));
  assert.match((await next(rest)).data, /"progress":2/);
  void connection.send(progress(3), { about: 2 });
  void connection.send(textResult(2, 'done'), { about: 2 });
  assert.match((await next(rest)).data, /"progress":3/);
  const answer = await next(rest);
  assert.match(answer.data, /done/);
  assert.equal((await rest.next()).done, true);
  // The answer may have been lost on its way as well.
  const again = eventsOf(await resumed(opened, session, first.id));
  assert.deepEqual([await next(again), await next(again), await next(again)].at(-1), answer);
  assert.equal((await again.next()).done, true);
});

test('an older revision is not sent an event without data', async (t) => {
  const opened = await openedFront(t, { limits });
  const session = { ...(await begun(opened)), 'MCP-Protocol-Version': '2025-06-18' };
  const events = eventsOf(await opened.post(wait, session));
  const { connection } = opened.hub.sessions[0] ?? assert.fail();
  void connection.send(textResult(2, 'done'), { about: 2 });
  assert.match((await next(events)).data, /done/);
});

test('what a client that listens to nothing has missed comes when it does, and again after a lost connection', async (t) => {
  const opened = await openedFront(t);
  const session = await begun(opened);
  const { connection } = opened.hub.sessions[0] ?? assert.fail();
  const change = {
    kind: 'notification',
    method: 'notifications/tools/list_changed',
    params: undefined,
  } as const;
  void connection.send(change, { about: undefined });
  const listen = await fetch(opened.url, { headers: { ...usual, ...session } });
  const event = await next(eventsOf(listen));
  assert.match(event.data, /list_changed/);
  void connection.send({ ...change, method: 'notifications/prompts/list_changed' }, { about: undefined });
  const again = eventsOf(await resumed(opened, session, event.id));
  assert.match((await next(again)).data, /prompts/);
});

test('an event of another session, one that never was and one that is not kept resume nothing', async (t) => {
  const opened = await openedFront(t, { limits: { ...limits, maxEventBytes: 200 } });
  const session = await begun(opened);
  const call = await opened.post(wait, session);
  const { connection } = opened.hub.sessions[0] ?? assert.fail();
  const first = await next(eventsOf(call));
  const other = await begun(opened);
  for (const [whose, id] of [
    [other, first.id],
    [session, '0-99'],
    [session, 'x'],
    [session, '77-1'],
  ] as const)
    assert.equal((await resumed(opened, whose, id)).status, 400, id);
  void connection.send(textResult(2, 'x'.repeat(500)), { about: 2 });
  assert.equal((await resumed(opened, session, first.id)).status, 400);
});

test('the log of events keeps to its limit, by whole streams', () => {
  const log = new EventLog({ maxBytes: 10 });
  log.begin('a');
  log.add('a', Buffer.alloc(6));
  log.begin('b');
  log.add('b', Buffer.alloc(4));
  assert.equal(log.after('a', 0)?.length, 1);
  log.add('b', Buffer.alloc(1));
  assert.deepEqual(
    [log.after('a', 0), log.after('b', 1)?.length, log.after('b', 3)],
    [undefined, 1, undefined],
  );
  log.add('a', Buffer.alloc(1));
  assert.equal(log.after('a', 0), undefined);
});
