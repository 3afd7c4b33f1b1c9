import http from 'node:http';
import { nameMap } from '../../src/serve/names.ts';
import { atHome } from '../../test/rig/at-home.ts';
import { mcpcat } from '../../test/rig/engine.ts';
import { httpServe } from '../http-serve.ts';
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

const choice = ({ profile }: ServingOptions): readonly string[] => ['--profile', profile, '--log-content'];

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
      const client = new LineClient(
        [process.execPath, mcpcat, 'serve', ...choice(options)],
        atHome(options.home),
      );
      await client.initialize(name);
      await client.ask('tools/list');
      return clientOf(client, options, async () => client.close());
    },
    close: async () => undefined,
  };
}

async function overHttp(options: ServingOptions): Promise<Serving> {
  const { child, ended, served } = await httpServe(options.home, choice(options));
  const agent = new http.Agent({ keepAlive: true });
  return {
    open: async (name) => {
      const session = new HttpSession(served, agent);
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
