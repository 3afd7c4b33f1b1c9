import { WebSocket } from 'ws';
import { McpcatError } from '../../lib/errors.ts';
import { messageIn, type Api } from './api.ts';
import { execStreams, protocol, type ExecStreams } from './channels.ts';
import { connectionError, refusalError, type Asked } from './failure.ts';

/** Milliseconds until a node has begun what was asked for. */
const openMs = 60_000;

export interface StreamCall {
  /** With its query. */
  readonly path: string;
  readonly asked: Asked;
}

/** Opens a stream into a pod. Rejects with `engine-unfit` where the API server has no half-close (before Kubernetes 1.30). */
export async function openStream(api: Api, call: StreamCall): Promise<ExecStreams> {
  const { headers, ...connection } = await api.connection();
  const address = `wss://${api.server.host}${api.pathOf(call.path)}`;
  const socket = new WebSocket(address, [protocol], {
    ...connection,
    headers: { ...headers, 'user-agent': 'mcpcat' },
    perMessageDeflate: false,
    handshakeTimeout: openMs,
    maxPayload: 64 << 20,
  });
  const streams = execStreams(socket);
  await opened(socket, api, call);
  if (socket.protocol === protocol) return streams;
  socket.terminate();
  throw tooOld(api, `found ${socket.protocol || 'none'}`);
}

async function opened(socket: WebSocket, api: Api, { asked }: StreamCall): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(connectionError(error, asked, api.server)));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += text.length < 4096 ? part : ''));
      response.on('end', () => {
        const status = response.statusCode ?? 500;
        reject(
          isUnknownProtocol(status, text)
            ? tooOld(api, `it answered ${String(status)}`)
            : refusalError({ status, message: messageIn(text) }, asked),
        );
        // Left alone it would stay half open for good: the library hands a refusal over with all that follows.
        socket.terminate();
      });
    });
  });
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
