import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tool } from '../../catalog/tools.ts';
import { childEnvironment } from '../../lib/child-environment.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { siteOf } from '../../site/site.ts';
import type { Execute, Invocation } from '../command.ts';
import { fingerprintsNow } from './fingerprints.ts';
import { folderEvidence } from './server-score.ts';
import { sourceOf, wholeCatalogIndex } from './view.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const pages = await pagesOf(invocation);
  const server = createServer((request, response) => answer(pages, request, response));
  const port = portOf(options.text('port'));
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    throw new McpcatError('io-failed', `can't listen on 127.0.0.1:${String(port)} (${messageOf(error)})`, {
      hint: 'name another port with --port, or none',
      cause: error,
    });
  }
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  terminal.stdout.write(`${url}\n`);
  terminal.stderr.write('mcpcat: Ctrl-C ends it\n');
  if (!options.flag('no-open')) openBrowser(url, invocation);
  await (terminal.signal.aborted ? Promise.resolve() : once(terminal.signal, 'abort'));
  server.closeAllConnections();
  server.close();
  return 0;
};

async function pagesOf(invocation: Invocation): Promise<ReadonlyMap<string, string>> {
  const { catalogIndex, toolsOf } = await wholeCatalogIndex(invocation, () => fingerprintsNow([]));
  const tools = new Map<string, readonly Tool[]>();
  for (const server of Object.values(catalogIndex.servers)) tools.set(server.name, await toolsOf(server));
  const source = sourceOf(invocation);
  const evidence = source.kind === 'folder' ? await folderEvidence(source.folder) : undefined;
  return siteOf(
    catalogIndex,
    (name) => tools.get(name) ?? [],
    (name) => evidence?.get(name),
  );
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
};

/** Another site's page can reach a port of this machine by a name of its own: only our own Host is answered. */
function answer(
  pages: ReadonlyMap<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const host = request.headers.host ?? '';
  const name = new URL(request.url ?? '/', 'http://x').pathname.slice(1) || 'index.html';
  const text = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) ? pages.get(name) : undefined;
  if (text === undefined || !['GET', 'HEAD'].includes(request.method ?? '')) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': types[name.split('.').at(-1) ?? ''] ?? 'text/plain',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new McpcatError('usage', `--port: expected a port from 0 to 65535, found "${text}"`);
}

/** Without one the address is there to be copied. */
function openBrowser(url: string, { terminal: { host, env } }: Invocation): void {
  const [program, ...args] = host.browserCommand(url);
  const child = spawn(program, args, {
    env: childEnvironment(env, shownOn(env)),
    stdio: 'ignore',
    detached: true,
  });
  child.on('error', () => undefined);
  child.unref();
}

/** Where the user's windows are. */
function shownOn(env: Invocation['terminal']['env']): Record<string, string> {
  const names = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
