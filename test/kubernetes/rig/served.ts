import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { mcpcat, project } from '../../rig/engine.ts';
import { indexWith } from './index-with.ts';
import { noNetworkClass } from './cluster.ts';
import { acceptMissing, testEndpoint, type Launches } from './launches.ts';
import { until } from './until.ts';

const token = 't'.repeat(43);
const revision = '2025-06-18';
const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

/** A client's session over HTTP. */
export interface ServedSession {
  /** The body of the answer. */
  call(tool: string, args: object): Promise<string>;
  end(): Promise<void>;
}

/** `mcpcat serve --http` of one server, outside of the cluster in which its sessions are. */
export class Served implements AsyncDisposable {
  readonly #child: ChildProcess;
  #said = '';

  constructor(launches: Launches, more: readonly string[]) {
    const folder = path.join(launches.home, 'catalog');
    mkdirSync(folder, { recursive: true });
    cpSync(path.join(project, 'catalog.tools'), path.join(folder, 'catalog.tools'), { recursive: true });
    writeFileSync(path.join(folder, 'catalog.json'), JSON.stringify(indexWith(launches.image)));
    writeFileSync(path.join(launches.home, 'token'), token, { mode: 0o600 });
    const words = ['serve', 'everything', '--http', '0', '--token-file', path.join(launches.home, 'token')];
    const engine = ['--engine', testEndpoint, '--isolation', launches.isolation ?? noNetworkClass];
    const lacks = ['--accept-missing', acceptMissing, '--insecure-unverified'];
    const catalog = ['--catalog', path.join(folder, 'catalog.json')];
    const all = [mcpcat, ...words, ...engine, ...lacks, ...catalog, ...more];
    const env = { ...process.env, ...launches.env() };
    this.#child = spawn(process.execPath, all, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  get said(): string {
    return this.#said;
  }

  /** A client that has shaken hands; no server is started for that. */
  async session(): Promise<ServedSession> {
    const { id } = await this.#post(initialize);
    const headers = { 'mcp-session-id': id, 'mcp-protocol-version': revision };
    await this.#post({ method: 'notifications/initialized' }, { headers });
    let last = 1;
    return {
      call: async (name, parameters) => {
        const params = { name, arguments: parameters };
        return (await this.#post({ id: ++last, method: 'tools/call', params }, { headers })).body;
      },
      end: async () => void (await this.#post(undefined, { headers, method: 'DELETE' })),
    };
  }

  /** To `serve` alone, and waits for its end. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }

  async #url(): Promise<string> {
    const found = (): string | undefined => /serving at (http\S+)/.exec(this.#said)?.[1];
    await until('serve listens', () => Promise.resolve(found() !== undefined), { withinMs: 60_000 });
    return found() ?? '';
  }

  async #post(
    message: object | undefined,
    { headers = {}, method = 'POST' }: Posting = {},
  ): Promise<{ readonly id: string; readonly body: string }> {
    const all = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    };
    const asked = request(await this.#url(), { method, headers: all });
    asked.end(message === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', ...message }));
    const [got] = (await once(asked, 'response')) as [IncomingMessage];
    const body = await text(got);
    if ((got.statusCode ?? 500) >= 300) throw new Error(`${String(got.statusCode)}: ${body}\n${this.#said}`);
    return { id: String(got.headers['mcp-session-id'] ?? ''), body };
  }
}

interface Posting {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}
