import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../../src/engine/engine.ts';
import { SecondEngine } from '../rig/second-engine.ts';
import { waysOut, type Link, type Route } from './no-way-out.ts';

/** Addresses that exist in the namespace only, all answered by test/redteam/fake-upstreams.ts. */
export const fakeUpstreams = {
  internet: '203.0.113.10',
  resolver: '203.0.113.53',
  internet6: '2001:db8:77::10',
  metadata: '169.254.169.254',
  /** Public by the registries, and this machine's own here. */
  own: '11.77.77.10',
  own6: '2a00:7777::10',
  /** Answers on this machine's IPv6 network, and is not among its addresses. */
  neighbour6: '2a00:7777::20',
  /** The neighbours and nobody else: all that a scan tries. */
  lan: ['192.168.77.2', '192.168.77.3', '192.168.77.4', '192.168.77.5'],
} as const;

/** What a fake upstream saw: the first bytes, or the name that was asked. */
export interface Hit {
  readonly kind: 'tcp' | 'udp' | 'dns';
  readonly at: string;
  readonly text: string;
}

/**
 * A closed network with an engine in it: a dockerd in a network namespace of its own whose containers have eth0 on a
 * bridge there, fake upstreams for all that they may try to reach, and no way out.
 */
export class Field implements AsyncDisposable {
  readonly #second = new SecondEngine({ bridge: { dns: fakeUpstreams.resolver } });
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-field-'));
  readonly #hits: Hit[] = [];
  readonly #dials = new Map<string, (reached: boolean) => void>();
  #people: ChildProcessWithoutNullStreams | undefined;
  #engine: Engine | undefined;

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error('Internal error: the field is not set up');
    return this.#engine;
  }

  get socket(): string {
    return this.#second.socket;
  }

  get hits(): readonly Hit[] {
    return this.#hits;
  }

  /** Rejects unless the namespace has no way out. */
  async setUp(): Promise<void> {
    this.#engine = await this.#second.start();
    // A search list that would turn every name into another one first.
    const resolv = `nameserver ${fakeUpstreams.resolver}\nsearch search-list.test\noptions ndots:5\n`;
    writeFileSync(path.join(this.#folder, 'resolv.conf'), resolv);
    this.#ip('link', 'add', 'upstreams', 'type', 'bridge');
    this.#ip('link', 'set', 'upstreams', 'up');
    this.#ip('link', 'set', 'lo', 'up');
    const { internet, resolver, metadata, own, lan, internet6, own6, neighbour6 } = fakeUpstreams;
    for (const address of [internet, resolver, metadata, own]) this.#address(`${address}/32`);
    for (const address of lan) this.#address(`${address}/24`);
    this.#address(`${internet6}/128`);
    this.#address(`${own6}/64`);
    this.#ip('-6', 'route', 'add', 'local', `${neighbour6}/128`, 'dev', 'lo');
    this.mustBeClosed();
    await this.#invite();
  }

  /** Throws if anything could leave; called before the first attempt. */
  mustBeClosed(): void {
    const found = this.waysOut();
    if (found.length > 0)
      throw new Error(`refused to start: the network for the attempts is not closed: ${found.join('; ')}`);
  }

  waysOut(): readonly string[] {
    const inside = `/proc/${String(this.#second.pid)}/ns/net`;
    return waysOut({
      sameAsHost: readlinkSync(inside) === readlinkSync('/proc/self/ns/net'),
      links: JSON.parse(this.#ip('-d', '-j', 'link')) as Link[],
      routes: ['-4', '-6'].flatMap(
        (family) => JSON.parse(this.#ip(family, '-j', 'route', 'show', 'table', 'all') || '[]') as Route[],
      ),
      reached: outsiders().filter((address) => this.#hasRoute(address)),
    });
  }

  /** The bridge's own address: the machine that runs the engine, as containers see it. */
  gateway(): string {
    const links = JSON.parse(this.#ip('-4', '-j', 'addr', 'show', 'docker0')) as {
      addr_info: { local: string }[];
    }[];
    return links[0]?.addr_info[0]?.local ?? '';
  }

  /** A command that runs inside, with the fake upstream as its resolver. */
  inside(words: readonly string[]): readonly string[] {
    const resolv = path.join(this.#folder, 'resolv.conf');
    const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
    return [
      ...['nsenter', `--net=/proc/${String(this.#second.pid)}/ns/net`],
      ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', resolv, ...words],
    ];
  }

  /** Whether the machine (inside) can open a connection to a container. */
  async canReach(host: string, port: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#dials.set(`${host} ${String(port)}`, resolve);
    this.#people?.stdin.write(`${host} ${String(port)}\n`);
    return promise;
  }

  async load(image: string, from: Engine): Promise<void> {
    await this.#second.load(await from.saveImage(image));
  }

  /** Bytes of the engine's own log of a container's output on the disk. */
  logBytes(id: string): number {
    const { stdout } = this.docker('inspect', '--format', '{{.LogPath}}', id);
    const file = stdout.trim();
    try {
      return file === '' ? 0 : readFileSync(file).length;
    } catch {
      return 0;
    }
  }

  docker(...words: readonly string[]): { readonly status: number | null; readonly stdout: string } {
    const { status, stdout } = spawnSync('docker', ['--host', `unix://${this.socket}`, ...words], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#people?.kill('SIGKILL');
    if (this.#engine !== undefined) {
      const left = this.docker('ps', '-aq').stdout.split('\n').filter(Boolean);
      if (left.length > 0) this.docker('rm', '-f', ...left);
    }
    await this.#second.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ip(...words: readonly string[]): string {
    const net = `--net=/proc/${String(this.#second.pid)}/ns/net`;
    return execFileSync('nsenter', [net, 'ip', ...words], { encoding: 'utf8', timeout: 20_000 });
  }

  #address(address: string): void {
    // Without duplicate detection an IPv6 address is there at once.
    this.#ip('addr', 'add', address, 'dev', 'upstreams', ...(address.includes(':') ? ['nodad'] : []));
  }

  /** Asks the tables; sends nothing. */
  #hasRoute(address: string): boolean {
    const net = `--net=/proc/${String(this.#second.pid)}/ns/net`;
    const { status } = spawnSync('nsenter', [net, 'ip', 'route', 'get', address], { timeout: 20_000 });
    return status === 0;
  }

  async #invite(): Promise<void> {
    const file = path.join(import.meta.dirname, 'fake-upstreams.ts');
    const [command = '', ...words] = this.inside([process.execPath, file, JSON.stringify(fakeUpstreams)]);
    const people = spawn(command, words);
    this.#people = people;
    people.stderr.pipe(process.stderr);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    people.once('exit', (code) => reject(new Error(`the fake upstreams ended with ${String(code)}`)));
    const late = setTimeout(() => reject(new Error('the fake upstreams are not ready after 20 s')), 20_000);
    lines(people, (line) => {
      const said = JSON.parse(line) as { ready?: true; dial?: string; reached?: boolean } & Partial<Hit>;
      if (said.ready) resolve(undefined);
      if (said.dial !== undefined) this.#dials.get(said.dial)?.(said.reached ?? false);
      if (said.kind !== undefined)
        this.#hits.push({ kind: said.kind, at: said.at ?? '', text: said.text ?? '' });
    });
    await promise.finally(() => clearTimeout(late));
  }
}

/** Addresses of the world outside, this machine's own among them, to be looked up in the tables of the namespace. */
function outsiders(): readonly string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // The bridge inside may have the same network as the one outside.
    .filter(({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('172.'))
    .map(({ address }) => address);
  return [...own, '1.1.1.1', '192.0.2.1', '198.51.100.1', '10.0.0.1', '2606:4700:4700::1111'];
}

/** Calls for each whole line of a child's output. */
function lines({ stdout }: ChildProcessWithoutNullStreams, take: (line: string) => void): void {
  let rest = '';
  stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  });
}
