import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { buildImage } from './build-image.ts';
import { fixtureLabels, ownBases, project, run } from './engine.ts';
import { start, type Started } from './started.ts';

const fixtures = path.join(project, 'test/fixtures/tunnel');
/** Who the servers of a test are for the containers: this machine, by the only name it has there. */
export const here = 'host.mcpcat.internal';
/** Milliseconds: less than it takes to give up a resolver that does not answer, which waits for 5 s twice at least. */
export const tooLateMs = 9000;
const timeoutMs = 60_000;

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-made certificate for this machine's name, and its own authority. */
export function certificate(): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-cert-'));
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const names = `subjectAltName=DNS:${here},DNS:localhost`;
  try {
    execFileSync(
      'openssl',
      // prettier-ignore
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', '/CN=mcpcat test', '-addext', names, '-keyout', key, '-out', cert],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
}

async function listening(server: Server): Promise<Listening> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `/N` answers with N bytes, `/` with a greeting, a POST with the number of bytes it held; `/slow` after 5 s. */
export function httpsServer(tls: Certificate): Promise<Listening> {
  const block = Buffer.alloc(1 << 20, 'x');
  return listening(
    createHttps(tls, (request, response) => {
      if (request.method === 'POST') {
        let size = 0;
        request.on('data', (chunk: Buffer) => (size += chunk.length));
        request.on('end', () => response.end(String(size)));
        return;
      }
      const wanted = Number(request.url?.slice(1)) || 0;
      if (wanted === 0) return void response.end('hello over TLS');
      response.setHeader('content-length', wanted);
      const blocks = function* (): Generator<Buffer> {
        for (let left = wanted; left > 0; left -= block.length)
          yield left < block.length ? block.subarray(0, left) : block;
      };
      Readable.from(blocks(), { objectMode: false }).pipe(response);
    }),
  );
}

export function tcpServer(serve: (socket: Socket) => void): Promise<Listening> {
  return listening(createTcp(serve));
}

/** Speaks enough of PostgreSQL's protocol (3.0) for a client to sign in with a password and ask one question. */
export function postgresServer(password: string): Promise<Listening> {
  const frame = (type: string, payload: Buffer): Buffer => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(payload.length + 4, 1);
    return Buffer.concat([head, payload]);
  };
  const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const ready = frame('Z', Buffer.from('I'));
  return tcpServer((socket) => {
    let started = false;
    let rest = Buffer.alloc(0);
    const take = (type: string, payload: Buffer): void => {
      const words = payload.toString().replaceAll('\0', '');
      if (type === 'p' && words === password) socket.write(Buffer.concat([frame('R', int32(0)), ready]));
      else if (type === 'p') socket.end(frame('E', Buffer.from('SFATAL\0C28P01\0Mwrong password\0\0')));
      else if (type === 'Q') {
        const value = Buffer.from(`answer to ${words}`);
        const row = Buffer.concat([Buffer.from([0, 1]), int32(value.length), value]);
        const column = Buffer.concat([Buffer.from('a\0'), Buffer.alloc(18)]);
        const description = Buffer.concat([Buffer.from([0, 1]), column]);
        socket.write(
          Buffer.concat([
            frame('T', description),
            frame('D', row),
            frame('C', Buffer.from('SELECT 1\0')),
            ready,
          ]),
        );
      } else if (type === 'X') socket.end();
    };
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      if (!started && rest.length >= 4 && rest.length >= rest.readInt32BE()) {
        rest = rest.subarray(rest.readInt32BE());
        started = true;
        socket.write(frame('R', int32(3)));
      }
      if (!started) return;
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const end = rest.readInt32BE(1) + 1;
        take(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, end));
        rest = rest.subarray(end);
      }
    });
  });
}

export type Language = 'node' | 'python' | 'go';
const entrypoints: Readonly<Record<Language, readonly string[]>> = {
  node: ['/usr/local/bin/node', '/fixture/client.cjs'],
  python: ['/app/bin/python', '/fixture/client.py'],
  go: ['/fixture/client'],
};

/** Node reads no file of authorities that stands in the environment unless it is told to. */
const trustingNode = ['/usr/local/bin/node', '--use-openssl-ca', '/fixture/client.cjs'];

export interface Travellers extends AsyncDisposable {
  /** A catalog with an entry for each language, called `tunnel-<language>-<mark>`. */
  readonly folder: string;
  readonly nameOf: (language: Language) => string;
}

/**
 * A client in each language as a server of a catalog of its own. Go is compiled in the build base without network; the
 * Python one stands on the image of our `fetch`, which holds httpx and requests by hash. Each trusts the certificate and
 * nothing else; without one, whatever its language trusts.
 */
export async function travellers(
  engine: Engine,
  languages: readonly Language[],
  { cert }: Pick<Certificate, 'cert'> | { readonly cert: undefined },
  more = '',
): Promise<Travellers> {
  if (languages.includes('python')) {
    const { code, stderr } = await run(['build', 'fetch']);
    if (code !== 0)
      throw new Error(`the image that the Python client stands on could not be built: ${stderr}`);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-tunnel-'));
  const nameOf = (language: Language): string =>
    `tunnel-${language}-${path.basename(folder).slice(-6).toLowerCase()}`;
  for (const language of languages) {
    await buildTraveller(engine, {
      language,
      cert,
      tag: imageIn({ kind: 'folder', folder }, nameOf(language)),
    });
    mkdirSync(path.join(folder, nameOf(language)));
    writeFileSync(path.join(folder, nameOf(language), 'server.yaml'), entryText(nameOf(language), more));
  }
  return {
    folder,
    nameOf,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
      for (const language of languages)
        await engine.removeImage(imageIn({ kind: 'folder', folder }, nameOf(language)), { force: true });
    },
  };
}

async function buildTraveller(
  engine: Engine,
  { language, cert, tag }: { language: Language; cert: string | undefined; tag: string },
): Promise<void> {
  const bases = await ownBases();
  const from = language === 'python' ? 'mcpcat/fetch:local' : bases[language].runtime.reference;
  const file = { node: 'client.cjs', python: 'client.py', go: 'client.go' }[language];
  const compile = [
    `FROM ${bases.go.build.reference} AS build`,
    'COPY files/client.go /src/client.go',
    'ENV CGO_ENABLED=0 GOCACHE=/tmp/cache GOTOOLCHAIN=local',
    'RUN ["go", "build", "-o", "/out/client", "/src/client.go"]',
  ];
  const dockerfile = [
    ...(language === 'go' ? compile : []),
    `FROM ${from}`,
    language === 'go'
      ? 'COPY --from=build /out/client /fixture/client'
      : `COPY files/${file} /fixture/${file}`,
    ...(cert === undefined
      ? []
      : ['COPY files/ca.pem /fixture/ca.pem', 'ENV TUNNEL_CA=/fixture/ca.pem SSL_CERT_FILE=/fixture/ca.pem']),
    'CMD []',
    `ENTRYPOINT ${JSON.stringify(['/mcpcat-init', '--', ...(language === 'node' && cert !== undefined ? trustingNode : entrypoints[language])])}`,
  ];
  const files = { [file]: readFileSync(path.join(fixtures, file)), 'ca.pem': cert ?? '' };
  await buildImage(engine, tag, { dockerfile, files, labels: fixtureLabels });
}

function entryText(name: string, more: string): string {
  return `name: ${name}
title: Tunnel
description: A fixture of the tests.
categories: [testing]
repository: https://example.com/fixture
license: MIT
source: npm:fixture
command: [fixture]
${more}`;
}

/** What a client said. */
export interface Observed {
  readonly id: number;
  readonly ms: number;
  readonly error?: string;
  readonly status?: number;
  readonly size?: number;
  readonly text?: string;
  readonly addresses?: readonly string[];
  readonly records?: readonly unknown[];
  readonly rows?: readonly string[];
  readonly count?: number;
}

/** A client in its container, behind `mcpcat run`. */
export interface Traveller extends AsyncDisposable {
  readonly started: Started;
  ask(way: string, request: Readonly<Record<string, unknown>>): Promise<Observed>;
  /** Ends it; resolves to what mcpcat said on stderr. */
  end(): Promise<string>;
}

export function travel(args: readonly string[], env: Readonly<Record<string, string>> = {}): Traveller {
  const started = start(['run', ...args], { env });
  const waiting = new Map<number, { resolve(told: Observed): void; reject(error: Error): void }>();
  let last = 0;
  let over = '';
  createInterface({ input: started.process.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as Observed;
    waiting.get(told.id)?.resolve(told);
    waiting.delete(told.id);
  });
  void started.ended.then(({ code, stderr }) => {
    over = `mcpcat run has ended with ${String(code)}: ${stderr}`;
    for (const asked of waiting.values()) asked.reject(new Error(over));
  });
  const end = async (): Promise<string> => {
    started.process.stdin.end();
    return (await started.ended).stderr;
  };
  return {
    started,
    end,
    async ask(way, request) {
      if (over !== '') throw new Error(over);
      const id = ++last;
      const { promise, resolve, reject } = Promise.withResolvers<Observed>();
      waiting.set(id, { resolve, reject });
      const late = setTimeout(
        () => reject(new Error(`no answer of ${way} ${JSON.stringify(request)}`)),
        timeoutMs,
      );
      started.process.stdin.write(`${JSON.stringify({ id, way, ...request })}\n`);
      return promise.finally(() => clearTimeout(late));
    },
    async [Symbol.asyncDispose]() {
      if (started.process.exitCode === null) await end();
    },
  };
}
