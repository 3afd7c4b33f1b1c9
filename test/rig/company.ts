import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A company without the internet, on loopback: its hosts are below `corp.test`, speak TLS with a certificate of the
 * company's own authority, and are reached through its proxy alone, which wants a password. The names exist nowhere.
 */
export interface Company {
  /** PEM of the authority. */
  readonly ca: string;
  /** The proxy's address, with user and password. */
  readonly proxy: string;
  /** Hosts that the proxy was asked for, each once. */
  readonly hosts: ReadonlySet<string>;
  /** Connections that came without the password. */
  readonly refused: readonly string[];
  close(): void;
}

/** What a host of the company answers. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export async function company(answers: Readonly<Record<string, Answer>>): Promise<Company> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-company-'));
  const tls = certificates(folder);
  const inside = createHttps(tls, (request, response) => {
    const answer = answers[request.headers.host ?? ''];
    if (answer === undefined) response.writeHead(404).end();
    else
      Promise.resolve(answer(request, response)).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
  });
  const port = await listening(inside);
  const hosts = new Set<string>();
  const refused: string[] = [];
  const wanted = `Basic ${Buffer.from('ada:l0velace').toString('base64')}`;
  const open = new Set<Socket>();
  const proxy = createServer();
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    if (request.headers['proxy-authorization'] !== wanted) {
      refused.push(request.url ?? '');
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    hosts.add(request.url ?? '');
    const there = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    there.on('error', () => socket.destroy());
    socket.pipe(there).pipe(socket);
    open.add(there);
  });
  const proxyPort = await listening(proxy);
  return {
    ca: path.join(folder, 'ca.pem'),
    proxy: `http://ada:l0velace@127.0.0.1:${String(proxyPort)}`,
    hosts,
    refused,
    close: () => {
      for (const socket of open) socket.destroy();
      inside.closeAllConnections();
      for (const server of [inside, proxy]) server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** An authority and, signed by it, a certificate for every host of the company. */
function certificates(folder: string): { readonly key: Buffer; readonly cert: Buffer } {
  const at = (name: string): string => path.join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(at('ext'), 'subjectAltName=DNS:*.corp.test\nbasicConstraints=CA:FALSE\n');
  const lines = [
    [
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      '/CN=authority',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
    ],
    ['req', ...key, '-subj', '/CN=corp.test', '-keyout', at('key.pem'), '-out', at('csr')],
    // prettier-ignore
    ['x509', '-req', '-in', at('csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial',
      '-days', '2', '-extfile', at('ext'), '-out', at('cert.pem')],
  ];
  for (const line of lines) execFileSync('openssl', line, { stdio: 'ignore' });
  return { key: readFileSync(at('key.pem')), cert: readFileSync(at('cert.pem')) };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
