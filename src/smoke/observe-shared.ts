import type { Entry } from '../catalog/entry.ts';
import { messageOf } from '../lib/errors.ts';
import { objectOf } from '../lib/json-value.ts';
import { lineUpstream } from '../serve/line-upstream.ts';
import { Part, type Response } from '../serve/message.ts';
import { Peer } from '../serve/peer.ts';
import { legacyRevisions, openProtocol, type Opened } from '../serve/protocol.ts';
import { sharedUpstream } from '../serve/shared-upstream.ts';
import type { OpenUpstream, Upstream } from '../serve/upstream.ts';
import type { TestSession } from '../test-session/test-session.ts';
import type { Shared } from './observation.ts';
import { startBeside, type ObserveRequest } from './observe.ts';

type Call = NonNullable<Entry['smoke']['call']>;

/** What one session was told. */
interface Heard {
  readonly opened: Opened;
  /** Answers to the calls, as JSON. */
  readonly answers: readonly string[];
}

interface Container {
  readonly heard: readonly Heard[];
  /** Methods that the server has asked its client. */
  readonly asked: readonly string[];
}

/**
 * Whether sessions that share a container are told what each is told alone. Undefined where the entry does not say that
 * they may share.
 */
export async function observeShared(request: ObserveRequest): Promise<Shared | undefined> {
  const { entry, signal } = request;
  const { call } = entry.smoke;
  if (entry.sharing !== 'stateless') return undefined;
  if (call === undefined) return failed('the entry has no smoke.call to try it with');
  if (entry.permissions.state.length > 0) return failed('the entry declares state');
  try {
    const alone = await inContainer(request, { call, sessions: 1 });
    const again = await inContainer(request, { call, sessions: 1 });
    const together = await inContainer(request, { call, sessions: 2 });
    return judged(alone, again, together);
  } catch (error) {
    signal?.throwIfAborted();
    return failed(`two sessions in one container: ${messageOf(error)}`);
  }
}

function failed(failure: string, evidence: readonly string[] = []): Shared {
  return { failure, evidence };
}

function judged(alone: Container, again: Container, together: Container): Shared {
  const [expected] = alone.heard;
  const [other] = again.heard;
  if (expected === undefined || other === undefined) throw new Error('expected a session');
  const kept = keepsSomething(expected.opened);
  if (kept !== undefined) return failed(`it has ${kept}, which one session could not be told apart by`);
  const [asked] = [...alone.asked, ...together.asked];
  if (asked !== undefined) return failed(`it asks its client something (${asked})`);
  const text = (heard: Heard): string => heard.answers.join('\n');
  if (text(expected) !== text(other))
    return failed('smoke.call is answered otherwise with each start, so nothing can be told from it', [
      text(expected),
      text(other),
    ]);
  const different = together.heard.find((heard) => text(heard) !== text(expected));
  if (different === undefined) return { failure: undefined, evidence: [] };
  return failed('a session that shares its container is told something else than one alone', [
    `alone: ${text(expected)}`,
    `shared: ${text(different)}`,
  ]);
}

function keepsSomething({ capabilities }: Opened): string | undefined {
  if (objectOf(capabilities['resources'])['subscribe'] === true) return 'subscriptions';
  return 'tasks' in capabilities ? 'tasks' : undefined;
}

/** Calls in turn: the second session begins while the first is at it, then both at once, then the other way round. */
async function inContainer(
  request: ObserveRequest,
  { call, sessions }: { readonly call: Call; readonly sessions: 1 | 2 },
): Promise<Container> {
  return startBeside(request, async (testSession) => {
    const asked: string[] = [];
    const open = sharedUpstream(upstreamIn(testSession, asked), 'test');
    const peers = await Promise.all(
      Array.from({ length: sessions }, async (_, index) => sessionIn(open, index, request.deadlineMs)),
    );
    const first = await Promise.all(peers.map(async ({ peer }) => answerTo(peer, call)));
    const second: string[] = [];
    for (const { peer } of peers.toReversed()) second.unshift(await answerTo(peer, call));
    const heard = peers.map(({ opened }, index) => ({
      opened,
      answers: [first[index] ?? '', second[index] ?? ''],
    }));
    return { heard, asked };
  });
}

async function sessionIn(
  open: OpenUpstream,
  index: number,
  deadlineMs: number,
): Promise<{ readonly peer: Peer; readonly opened: Opened }> {
  const [revision] = legacyRevisions;
  const info = { name: `mcpcat-test-${String(index + 1)}`, version: '1' };
  const state: { peer?: Peer } = {};
  const upstream = await open(
    { message: (message) => state.peer?.take(message), tooLarge: () => undefined },
    { startedFor: { session: 'test', client: '' }, signal: new AbortController().signal, revision },
  );
  const peer = new Peer(upstream, { request: () => undefined, notification: () => undefined });
  state.peer = peer;
  giveUp(peer, upstream, deadlineMs);
  return { peer, opened: await openProtocol(peer, { revision, client: { info, capabilities: {} } }) };
}

/** Whatever is asked is answered: by then with an error. */
function giveUp(peer: Peer, upstream: Upstream, deadlineMs: number): void {
  const error = (message: string): Parameters<Peer['failAll']>[0] => ({
    kind: 'failure',
    id: null,
    error: Part.ofValue({ code: 0, message }),
  });
  setTimeout(() => peer.failAll(error('no answer in time')), deadlineMs).unref();
  void upstream.ended.then((cause) => peer.failAll(error(`it has ended: ${cause}`)));
}

async function answerTo(peer: Peer, { tool, arguments: given }: Call): Promise<string> {
  const params = Buffer.from(JSON.stringify({ name: tool, arguments: given }));
  return textOf(await peer.answerTo('tools/call', Part.ofBytes(params)));
}

function textOf(response: Response): string {
  return (response.kind === 'result' ? response.result : response.error).bytes.toString('utf8');
}

/** The container of a test session for several sessions; its end is the test session's. */
function upstreamIn({ attachment, ended }: TestSession, asked: string[]): OpenUpstream {
  return async (events) => {
    const lines = lineUpstream(
      { send: attachment.stdin, received: attachment.stdout },
      {
        events: {
          ...events,
          message: (message) => {
            if (message.kind === 'request' && message.method !== 'ping') asked.push(message.method);
            return events.message(message);
          },
        },
        onNoise: () => undefined,
      },
    );
    return Promise.resolve({
      send: lines.send,
      ended: ended.then(({ exitCode }) => `it exited with ${String(exitCode)}`),
      stop: () => undefined,
      close: async () => undefined,
    });
  };
}
