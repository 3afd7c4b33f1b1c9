import path from 'node:path';
import { entryOf } from '../../catalog-index/parse-catalog-index.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { pool } from '../../lib/pool.ts';
import { driftOf, type Drift } from '../../mcp-lock/drift.ts';
import {
  lockedServer,
  lockText,
  readMcpLock,
  type LockedServer,
  type LockedServers,
} from '../../mcp-lock/mcp-lock.ts';
import type { Execute, Invocation } from '../command.ts';
import { listedServer, recordedImage, toolsOf } from './view.ts';
import { usedServers } from './used-servers.ts';
import { writeOut } from './write-out.ts';

const defaultFile = 'mcp-lock.json';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const file = path.resolve(options.text('file') ?? defaultFile);
  const say = (line: string): void => void terminal.stderr.write(`mcpcat: ${line}\n`);
  return options.flag('check') ? check(invocation, file) : write(invocation, { file, say });
};

interface Place {
  readonly file: string;
  readonly say: (line: string) => void;
}

async function write(invocation: Invocation, { file, say }: Place): Promise<0> {
  const { positionals, terminal, options } = invocation;
  const names = positionals.length > 0 ? positionals : await usedServers(terminal, say);
  if (names.length === 0)
    throw new McpcatError('usage', 'none of this machine’s clients starts a server with mcpcat', {
      hint: 'name servers',
    });
  const text = lockText(await nowOf(invocation, names));
  // What another tool keeps there is not ours to replace.
  await readMcpLock(file).catch((error: unknown) => {
    if (!(error instanceof McpcatError) || error.code !== 'lock-missing') throw error;
  });
  await writeOut(file, text, '--file names another place');
  terminal.stdout.write(options.flag('json') ? text : `${file}: ${counted(new Set(names).size)}\n`);
  return 0;
}

/** The servers that were named, or all of the lock. */
async function check(invocation: Invocation, file: string): Promise<0 | 1> {
  const { positionals, terminal, options } = invocation;
  const locked = await readMcpLock(file);
  const names = positionals.length > 0 ? [...new Set(positionals)] : Object.keys(locked);
  const wanted = Object.fromEntries(Object.entries(locked).filter(([name]) => names.includes(name)));
  const drift = driftOf(wanted, await nowOf(invocation, names, locked));
  terminal.stdout.write(options.flag('json') ? jsonText(drift) : page(drift, names.length));
  return drift.length === 0 ? 0 : 1;
}

function page(drift: readonly Drift[], servers: number): string {
  if (drift.length === 0) return `${counted(servers)} ${servers === 1 ? 'is' : 'are'} as the lock says\n`;
  return `${drift.map(({ server, change }) => `${server}: ${change}`).join('\n')}\n`;
}

/** Enough to keep a disk busy. */
const maxAtOnce = 8;

function counted(servers: number): string {
  return servers === 1 ? '1 server' : `${String(servers)} servers`;
}

/** Without those that the catalog does not have: to a lock that names them, they are gone. Of others it is a wrong name. */
async function nowOf(
  invocation: Invocation,
  names: readonly string[],
  locked: LockedServers = {},
): Promise<LockedServers> {
  const found = await pool([...new Set(names)], maxAtOnce, async (name) => {
    try {
      return [[name, await serverNow(invocation, name)] as const];
    } catch (error) {
      const gone = error instanceof McpcatError && error.code === 'entry-unknown';
      if (!gone || !Object.hasOwn(locked, name)) throw error;
      return [];
    }
  });
  return Object.fromEntries(found.flat());
}

async function serverNow(invocation: Invocation, name: string): Promise<LockedServer> {
  const { server } = await listedServer(invocation, name);
  return lockedServer({
    entry: entryOf(server),
    version: server.version,
    image: recordedImage(server.image),
    tools: await toolsOf(invocation, name),
  });
}
