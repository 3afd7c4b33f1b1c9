/** The launcher's end of a relay, steered frame by frame. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { baseEnvironment, init } from './rig.ts';

export const frameTypes = {
  hello: 1,
  ready: 2,
  lookup: 3,
  answer: 4,
  open: 5,
  opened: 6,
  data: 7,
  window: 8,
  reset: 9,
  end: 10,
  beat: 11,
  attempt: 12,
  query: 13,
  records: 14,
} as const;
export type FrameName = keyof typeof frameTypes;
const names = new Map(Object.entries(frameTypes).map(([name, type]) => [type as number, name as FrameName]));

export interface Frame {
  readonly name: FrameName;
  readonly stream: number;
  readonly payload: Buffer;
}

interface Waiter {
  readonly wants: (frame: Frame) => boolean;
  readonly resolve: (frame: Frame) => void;
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function encode(name: FrameName, stream = 0, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(8);
  header[0] = frameTypes[name];
  header.writeUInt16BE(stream, 2);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

export function hello(...ports: readonly number[]): Buffer {
  return encode('hello', 0, Buffer.concat([Buffer.from([1, ports.length]), u16(...ports)]));
}

export interface TunnelEnd {
  readonly code: number | null;
  readonly stderr: string;
}

const all = new Set<Tunnel>();
const wait = 20_000;

export class Tunnel {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<TunnelEnd>;
  /** Stands for process 1: any signal but the lease's leaves it running. */
  readonly init: ChildProcess;
  readonly initEnded: Promise<void>;
  /** Sees each frame first; those it does not want are kept for `next`. */
  handler: (frame: Frame) => boolean = () => false;
  readonly #inbox: Frame[] = [];
  readonly #waiters = new Set<Waiter>();
  #rest: Buffer = Buffer.alloc(0);

  constructor(
    options: {
      readonly args?: readonly string[];
      readonly init?: ChildProcess;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ) {
    this.init = options.init ?? spawn('sleep', ['600'], { stdio: 'ignore' });
    this.initEnded = new Promise((resolve) => this.init.once('exit', () => resolve()));
    const args = ['relay', '--pid', String(this.init.pid), ...(options.args ?? [])];
    this.child = spawn(init, args, { env: { ...baseEnvironment(), ...options.env }, stdio: 'pipe' });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    let stderr = '';
    this.child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve({ code, stderr })));
    all.add(this);
  }

  /** The same for a relay that may send ATTEMPT and QUERY. */
  static async openTelling(...ports: readonly number[]): Promise<Tunnel> {
    const tunnel = new Tunnel({ env: { MCPCAT_REPORTS: '1' } });
    tunnel.write(hello(...ports));
    await tunnel.next('ready');
    return tunnel;
  }

  /** A tunnel that is ready for these ports. */
  static async open(...ports: readonly number[]): Promise<Tunnel> {
    const tunnel = new Tunnel();
    tunnel.write(hello(...ports));
    await tunnel.next('ready');
    return tunnel;
  }

  send(name: FrameName, stream = 0, payload: Buffer = Buffer.alloc(0)): void {
    this.write(encode(name, stream, payload));
  }

  write(bytes: Buffer): void {
    this.child.stdin.write(bytes);
  }

  /** The first frame of this kind that nobody has taken yet. */
  async next(name: FrameName, stream?: number): Promise<Frame> {
    const wants = (frame: Frame): boolean =>
      frame.name === name && (stream === undefined || frame.stream === stream);
    const index = this.#inbox.findIndex(wants);
    const [found] = index < 0 ? [] : this.#inbox.splice(index, 1);
    if (found !== undefined) return found;
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    const waiter: Waiter = { wants, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => {
      const there = this.#inbox.map((frame) => `${frame.name} ${String(frame.stream)}`).join(', ');
      reject(new Error(`no ${name} frame came; there are: ${there}`));
    }, wait);
    void this.ended.then(({ code, stderr }) => {
      reject(new Error(`the relay ended with ${String(code)}: ${stderr}`));
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  /** Frames that came and were not taken. */
  get left(): readonly Frame[] {
    return this.#inbox;
  }

  /** The first `size` bytes of data of a stream. */
  async data(stream: number, size: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (let got = 0; got < size;) {
      const { payload } = await this.next('data', stream);
      chunks.push(payload);
      got += payload.length;
    }
    return Buffer.concat(chunks);
  }

  /** Resident memory in KiB. */
  get resident(): number {
    const status = readFileSync(`/proc/${String(this.child.pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  }

  /** That the relay has used so far (proc_pid_stat(5), in clock ticks of 10 ms). */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${String(this.child.pid)}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return Math.max(1, (user ?? 0) + (system ?? 0)) / 100;
  }

  kill(): void {
    this.child.kill('SIGKILL');
    this.init.kill('SIGKILL');
    all.delete(this);
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt32BE(4)) {
      const end = 8 + bytes.readUInt32BE(4);
      this.#got({
        name: names.get(bytes[0] ?? 0) ?? 'beat',
        stream: bytes.readUInt16BE(2),
        payload: bytes.subarray(8, end),
      });
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
  }

  #got(frame: Frame): void {
    if (this.handler(frame)) return;
    for (const waiter of this.#waiters) {
      if (!waiter.wants(frame)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(frame);
      return;
    }
    this.#inbox.push(frame);
  }
}

export function killTunnels(): void {
  for (const tunnel of all) tunnel.kill();
}

interface Echoed {
  credit: number;
  ended: boolean;
  readonly queue: Buffer[];
}

/** Makes the tunnel's other end an echo server for every stream, within the credit. */
export function echo(tunnel: Tunnel): void {
  const streams = new Map<number, Echoed>();
  const flush = (stream: number, it: Echoed): void => {
    for (let first = it.queue.shift(); first !== undefined; first = it.queue.shift()) {
      const part = first.subarray(0, it.credit);
      if (part.length > 0) tunnel.send('data', stream, part);
      it.credit -= part.length;
      if (part.length === first.length) continue;
      it.queue.unshift(first.subarray(part.length));
      return;
    }
    if (it.ended) tunnel.send('end', stream);
  };
  tunnel.handler = ({ name, stream, payload }) => {
    const it = streams.get(stream);
    if (name === 'open') {
      streams.set(stream, { credit: 65_536, ended: false, queue: [] });
      tunnel.send('opened', stream);
    } else if (name === 'data' && it) {
      tunnel.send('window', stream, u32(payload.length));
      it.queue.push(payload);
      flush(stream, it);
    } else if (name === 'window' && it) {
      it.credit += payload.readUInt32BE();
      if (it.queue.length > 0) flush(stream, it);
    } else if (name === 'end' && it) {
      it.ended = true;
      if (it.queue.length === 0) flush(stream, it);
    } else return false;
    return true;
  };
}
