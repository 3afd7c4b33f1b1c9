/**
 * Runs inside the closed network and plays everyone in it: the internet, a resolver, the metadata service, the
 * neighbours, the machine itself. Says on stdout, a line of JSON each, who was reached with what.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import { createInterface } from 'node:readline';

const say = (facts: object): void => void process.stdout.write(`${JSON.stringify(facts)}\n`);
const { internet, resolver } = JSON.parse(process.argv[2] ?? '{}') as { internet: string; resolver: string };

/** Every address of this network on a port; the first bytes say whose attempt it is. */
async function listen(port: number): Promise<void> {
  const server = net.createServer((socket) => {
    const at = `${socket.localAddress ?? ''}:${String(port)}`;
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      say({ kind: 'tcp', at, text: chunk.toString('latin1').slice(0, 4000) });
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '::', resolve));
}

async function hear(address: string, port: number, answer: (message: Buffer) => Buffer): Promise<void> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message, from) => {
    const text = port === 53 ? nameOf(message) : message.toString('latin1').slice(0, 200);
    say({ kind: port === 53 ? 'dns' : 'udp', at: `${address}:${String(port)}`, text });
    socket.send(answer(message), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
}

function nameOf(message: Buffer): string {
  const labels: string[] = [];
  for (let at = 12, length = message[at] ?? 0; length > 0 && labels.length < 64; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return labels.join('.').toLowerCase();
}

/**
 * `rebind.*` leads to the metadata service, `private.*` to a neighbour, `home.*` to the machine itself, `own.*` to a public
 * address of it.
 */
const traps: Readonly<Record<string, string>> = {
  rebind: '169.254.169.254',
  private: '192.168.77.2',
  home: '127.0.0.1',
  own: '11.77.77.10',
};
/** `link.*` has only this: 2a00:7777::20, a neighbour on the machine's own IPv6 network. */
const neighbour6 = Buffer.from('2a007777000000000000000000000020', 'hex');

/** An A record for each question for one, AAAA for the name that has it; an empty answer for any other type. */
function addressAnswer(message: Buffer): Buffer {
  const end = message.indexOf(0, 12) + 5;
  const [type, first = ''] = [message.readUInt16BE(end - 4), nameOf(message).split('.')[0]];
  const record = first === 'link' ? linkRecord(type) : addressRecord(type, traps[first] ?? internet);
  const head = Buffer.from(message.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  head.writeUInt16BE(0, 10);
  return Buffer.concat([head, message.subarray(12, end), record]);
}

function addressRecord(type: number, address: string): Buffer {
  const bytes = address.split('.').map(Number);
  return Buffer.from(type === 1 ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...bytes] : []);
}

function linkRecord(type: number): Buffer {
  return Buffer.from(type === 28 ? [0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 0, 0, 16, ...neighbour6] : []);
}

createInterface(process.stdin).on('line', (line) => {
  const [host = '', port = ''] = line.split(' ');
  const socket = net.connect({ host, port: Number(port), timeout: 10_000 });
  const end = (reached: boolean): void => {
    socket.destroy();
    say({ dial: line, reached });
  };
  socket.once('connect', () => socket.write('dial\n'));
  socket.once('data', () => end(true));
  socket.once('timeout', () => end(false));
  socket.once('error', () => end(false));
});

process.stdin.once('end', () => process.exit());

await Promise.all([
  ...[53, 80, 443, 2375].map(listen),
  hear(resolver, 53, addressAnswer),
  hear(internet, 9999, (message) => message),
]);
say({ ready: true });
