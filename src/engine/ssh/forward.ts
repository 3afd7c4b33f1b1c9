import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Host } from '../../host/host.ts';
import { childEnvironment } from '../../lib/child-environment.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { SshDestination } from './destination.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Until ssh gives up on a host, as with the docker command. */
const connectSeconds = 30;
const maxWords = 2000;

/**
 * A socket of this process's own, on a folder that only its user may enter. Each connection to it is a program on the
 * engine's host that hands bytes on, started through the system's ssh, as the docker command does it: keys, agents,
 * jump hosts and known hosts are ssh's. Resolves to the socket's path; it is there until this process ends.
 */
export async function forwarded(
  destination: SshDestination,
  { env, host }: { readonly env: Environment; readonly host: Pick<Host, 'ownSocket'> },
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-ssh-'));
  const socketPath = host.ownSocket(folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const server = net.createServer({ allowHalfOpen: true }, (socket) =>
    join(socket, dialled(destination, env)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socketPath, resolve);
  });
  server.unref();
  return socketPath;
}

function dialled({ host, user, port, socket }: SshDestination, env: Environment): ChildProcess {
  const args = [
    // Nobody may be there to answer a question.
    ...['-T', '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${String(connectSeconds)}`],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'docker'],
    ...(socket === undefined ? [] : ['--host', `unix://${socket}`]),
    ...['system', 'dial-stdio'],
  ];
  const agent = env['SSH_AUTH_SOCK'];
  const own = agent === undefined ? {} : { SSH_AUTH_SOCK: agent };
  return spawn('ssh', args, { env: childEnvironment(env, own), stdio: 'pipe' });
}

/** Bytes both ways, and the end of each way by itself. What ssh says is told in the engine's place. */
function join(socket: net.Socket, child: ChildProcess): void {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) return;
  // Whoever uses the other end of the socket keeps this process alive, and nobody else.
  for (const one of [socket, child, stdin, stdout, stderr])
    if ('unref' in one && typeof one.unref === 'function') one.unref();
  let said = '';
  let answered = false;
  stdout.once('data', () => (answered = true));
  stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-maxWords)));
  for (const stream of [socket, stdin, stdout, stderr]) stream.on('error', () => undefined);
  socket.pipe(stdin);
  stdout.pipe(socket, { end: false });
  child.once('error', (error) => refuse(socket, `ssh could not be started: ${error.message}`));
  child.once('close', () => {
    if (answered) socket.end();
    else refuse(socket, lastLine(said));
  });
  socket.once('close', () => child.kill());
}

/** As an answer of the engine's, so that whoever asked hears the reason. */
function refuse(socket: net.Socket, message: string): void {
  const body = JSON.stringify({ message });
  const head = `HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
}

function lastLine(said: string): string {
  const line = oneLine(said.trim().split('\n').at(-1) ?? '', 500);
  // Its own words begin with its name, those of the far side do not.
  return line.startsWith('ssh:') ? line : `ssh: ${line || 'it ended without a word'}`;
}
