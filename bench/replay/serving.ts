import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { nameMap } from '../../src/serve/names.ts';
import { atHome } from '../../test/rig/at-home.ts';
import { eventually, mcpcat, project } from '../../test/rig/engine.ts';
import { HttpSession } from '../http-sessions.ts';
import { LineClient } from '../line-client.ts';
import type { LoggedCall, LoggedSession } from './logged-calls.ts';
import type { ReplayClient } from './play.ts';

export type Transport = 'stdio' | 'http';

/** A `serve` of a profile for a whole replay: one process a client, or one for all. */
export interface Serving {
  open(client: string): Promise<ReplayClient>;
  close(): Promise<void>;
}

export interface ServingOptions {
  readonly home: string;
  readonly profile: string;
  readonly toolName: (call: LoggedCall) => string;
}

/** What clients are shown a tool as, where these servers are served together. */
export function shownNames(sessions: readonly LoggedSession[]): ServingOptions['toolName'] {
  const tools = Map.groupBy(
    sessions.flatMap(({ calls }) => calls),
    ({ server }) => server,
  );
  const map = nameMap(
    [...tools].map(([server, calls]) => ({ server, names: calls.map(({ tool }) => tool) })),
  );
  return ({ server, tool }) => map.shown({ server, name: tool }) ?? tool;
}

export async function serving(transport: Transport, options: ServingOptions): Promise<Serving> {
  return transport === 'stdio' ? stdio(options) : overHttp(options);
}

const words = ({ profile }: ServingOptions): readonly string[] => [
  mcpcat,
  'serve',
  '--profile',
  profile,
  '--log-content',
];

function clientOf(
  peer: Pick<LineClient | HttpSession, 'ask' | 'abandon'>,
  { toolName }: ServingOptions,
  close: () => Promise<void>,
): ReplayClient {
  return {
    call: async (call) => {
      const params = { name: toolName(call), arguments: call.arguments ?? undefined };
      if (call.outcome === 'cancelled') await peer.abandon('tools/call', params, call.milliseconds);
      else await peer.ask('tools/call', params);
    },
    close,
  };
}

function stdio(options: ServingOptions): Serving {
  return {
    open: async (name) => {
      const client = new LineClient([process.execPath, ...words(options)], atHome(options.home));
      await client.initialize(name);
      await client.ask('tools/list');
      return clientOf(client, options, async () => client.close());
    },
    close: async () => undefined,
  };
}

async function overHttp(options: ServingOptions): Promise<Serving> {
  const child = spawn(process.execPath, [...words(options), '--http'], {
    env: atHome(options.home),
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, 64_000)));
  await eventually(
    async () => Promise.resolve(said),
    (text) => text.includes('Authorization'),
    { withinMs: 60_000 },
  );
  const token = readFileSync(path.join(options.home, '.local/share/mcpcat/serve-token'), 'utf8').trim();
  const url = /serving at (\S+)/.exec(said)?.[1] ?? '';
  const agent = new http.Agent({ keepAlive: true });
  return {
    open: async (name) => {
      const session = new HttpSession({ url, token }, agent);
      await session.initialize(name);
      await session.ask('tools/list');
      return clientOf(session, options, async () => session.end());
    },
    close: async () => {
      agent.destroy();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
