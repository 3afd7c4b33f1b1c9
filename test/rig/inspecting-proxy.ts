import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Where a name leads for the proxy, and whom the proxy trusts there. */
interface Origin {
  readonly port: number;
  readonly cert: string;
}

export interface InspectingProxy extends AsyncDisposable {
  /** With user and password. */
  readonly url: string;
  /** The same without: it answers 407. */
  readonly openUrl: string;
  /** A PEM file with the authority that signs for every name. */
  readonly authority: string;
  /** `HOST:PORT` of each CONNECT that was let through, and `GET https://HOST/PATH` of what was read inside it. */
  readonly seen: readonly string[];
  /** CONNECTs without the right password. */
  readonly refused: () => number;
}

/**
 * A proxy as companies have it, on loopback: CONNECT with basic authentication, TLS ended here by certificates that an
 * authority of its own signs for whatever name the client asks for, and the request sent on over TLS of its own. All names
 * lead to one origin.
 */
export async function inspectingProxy(origin: Origin): Promise<InspectingProxy> {
  const authority = new Authority();
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  let refused = 0;
  const inspector = createHttps(
    { SNICallback: (name, done) => done(null, authority.contextFor(name)) },
    (request, response) => {
      seen.push(`${request.method ?? ''} https://${request.headers.host ?? ''}${request.url ?? ''}`);
      sendOn(request, response, origin);
    },
  );
  const proxy = createServer((_, response) => response.writeHead(405).end());
  const wanted = `Basic ${Buffer.from('ada:pass word').toString('base64')}`;
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (request.headers['proxy-authorization'] !== wanted) {
      refused += 1;
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="company"\r\n\r\n',
      );
      return;
    }
    seen.push(request.url ?? '');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    inspector.emit('connection', socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
  return {
    url: `http://ada:pass%20word@${place}`,
    openUrl: `http://${place}`,
    authority: authority.file,
    seen,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      authority[Symbol.dispose]();
    },
  };
}

function sendOn(request: IncomingMessage, response: ServerResponse, { port, cert }: Origin): void {
  const { method, url, headers } = request;
  const onward = httpsRequest(
    { host: '127.0.0.1', servername: 'localhost', port, ca: cert, method, path: url, headers, agent: false },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'x-inspected': 'yes' });
      answer.pipe(response);
    },
  );
  onward.on('error', (error) => response.writeHead(502).end(error.message));
  request.pipe(onward);
}

/** Signs for every name, with the machine's openssl. */
class Authority implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-authority-'));
  readonly #contexts = new Map<string, SecureContext>();
  readonly file = path.join(this.#folder, 'ca.pem');
  readonly #key = path.join(this.#folder, 'ca.key');

  constructor() {
    // prettier-ignore
    this.#openssl('req', '-x509', ...ec, '-nodes', '-days', '2', '-subj', '/CN=mcpcat test company',
      '-addext', 'keyUsage=critical,keyCertSign', '-keyout', this.#key, '-out', this.file);
  }

  contextFor(name: string): SecureContext {
    const known = this.#contexts.get(name);
    if (known !== undefined) return known;
    const [key, asked, cert, names] = ['key', 'csr', 'pem', 'ext'].map((end) =>
      path.join(this.#folder, `${String(this.#contexts.size)}.${end}`),
    ) as [string, string, string, string];
    writeFileSync(names, `subjectAltName=DNS:${name}\n`);
    this.#openssl('req', ...ec, '-nodes', '-subj', `/CN=${name}`, '-keyout', key, '-out', asked);
    // prettier-ignore
    this.#openssl('x509', '-req', '-in', asked, '-CA', this.file, '-CAkey', this.#key, '-CAcreateserial',
      '-days', '2', '-extfile', names, '-out', cert);
    const context = createSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });
    this.#contexts.set(name, context);
    return context;
  }

  #openssl(...words: readonly string[]): void {
    execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as const;
