import { WebSocket } from 'ws';
import { McpcatError } from '../../lib/errors.ts';
import { refusalIn, type Api, type Attempt, type Connection } from './api.ts';
import { execStreams, protocol, type ExecStreams } from './channels.ts';
import { connectionError, doingOf, type Asked } from './failure.ts';

/** Milliseconds until a node has begun what was asked for. */
const openMs = 60_000;

export interface StreamCall {
  /** With its query. */
  readonly path: string;
  readonly asked: Asked;
}

/** Opens a stream into a pod. Rejects with `engine-unfit` where the API server has no half-close (before Kubernetes 1.30). */
export async function openStream(api: Api, call: StreamCall): Promise<ExecStreams> {
  return api.attempt(call.asked, async (connection) => attemptWith(connection, api, call));
}

async function attemptWith(
  { headers, ...connection }: Connection,
  api: Api,
  call: StreamCall,
): Promise<Attempt<ExecStreams>> {
  const address = `wss://${api.server.host}${api.pathOf(call.path)}`;
  const socket = new WebSocket(address, [protocol], {
    ...connection,
    headers: { ...headers, 'user-agent': 'mcpcat' },
    perMessageDeflate: false,
    maxPayload: 64 << 20,
  });
  const streams = execStreams(socket);
  const refusal = await openedOr(socket, api, call);
  if (refusal !== undefined) return refusal;
  if (socket.protocol === protocol) return { kind: 'taken', value: streams };
  socket.terminate();
  throw tooOld(api, `found ${socket.protocol || 'none'}`);
}

type Refused = Extract<Attempt<unknown>, { readonly kind: 'refused' }>;

/** Undefined as soon as it is open. */
async function openedOr(socket: WebSocket, api: Api, { asked }: StreamCall): Promise<Refused | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Refused | undefined>();
  socket.once('open', () => resolve(undefined));
  socket.once('error', (error) => reject(connectionError(error, asked, api.server)));
  socket.once('unexpected-response', (_request, response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => (text += text.length < 4096 ? part : ''));
    // Also where the rest of what it says never comes.
    response.once('close', () => {
      const { statusCode: status = 500 } = response;
      if (isUnknownProtocol(status, text)) reject(tooOld(api, `it answered ${String(status)}`));
      else resolve({ kind: 'refused', ...refusalIn(status, text) });
      // Left alone it would stay half open for good: the library hands a refusal over with all that follows.
      socket.terminate();
    });
  });
  const timer = setTimeout(() => {
    reject(
      new McpcatError(
        'timeout',
        `${doingOf(asked)}: the API server has opened no stream within ${String(openMs)} ms`,
      ),
    );
    socket.terminate();
  }, openMs);
  return promise.finally(() => clearTimeout(timer));
}

/** An API server that knows none of the offered protocols answers so (apimachinery, wsstream: HTTP 400 or 403 by x/net). */
function isUnknownProtocol(status: number, text: string): boolean {
  return status === 400 || (status === 403 && text === '');
}

function tooOld(api: Api, found: string): McpcatError {
  return new McpcatError(
    'engine-unfit',
    `the API server at ${api.server.origin} can't end the input of a process and go on reading: expected ${protocol}, ${found}`,
    { hint: 'Kubernetes 1.30 and later can' },
  );
}
