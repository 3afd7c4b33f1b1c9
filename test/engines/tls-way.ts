import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';

/** In the engine's network: bytes from a unix socket to its TLS port. Nothing in between ends TLS. */
const inside = `
const { connect, createServer } = require('node:net');
createServer({ allowHalfOpen: true }, (client) => {
  const engine = connect({ port: 2376, host: '127.0.0.1', allowHalfOpen: true });
  for (const stream of [client, engine]) stream.on('error', () => undefined);
  client.pipe(engine).pipe(client);
  client.once('close', () => engine.destroy());
  engine.once('close', () => client.destroy());
}).listen(process.argv[1], () => console.log('listening'));
`;

/** A loopback port of this machine that leads to the TLS port of an engine in a network of its own. */
export class TlsWay {
  readonly #inside: ChildProcess;
  readonly #server: Server;

  private constructor(within: ChildProcess, server: Server) {
    this.#inside = within;
    this.#server = server;
  }

  /** `pid` is a process in the engine's network, `folder` one that both sides see. */
  static async open({ pid, folder }: { readonly pid: number; readonly folder: string }): Promise<TlsWay> {
    const socket = path.join(folder, 'tls.sock');
    const enter = ['--net', '--target', String(pid), process.execPath, '-e', inside, socket];
    const within = spawn('setpriv', ['--pdeathsig', 'KILL', 'nsenter', ...enter], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(within.stdout, 'data');
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const engine = connect({ path: socket, allowHalfOpen: true });
      for (const stream of [client, engine]) stream.on('error', () => undefined);
      client.pipe(engine).pipe(client);
      client.once('close', () => engine.destroy());
      engine.once('close', () => client.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TlsWay(within, server);
  }

  get address(): string {
    return `tcp://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server.close();
    this.#inside.kill('SIGKILL');
  }
}
