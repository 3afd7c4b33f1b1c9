/**
 * `npm run quickstart`: from a fresh clone to a tool call, everything real. Sets up the engine and the bases, builds
 * and verifies one npm and one PyPI server, and talks to each through `mcpcat run` with the official SDK client.
 */
import { spawnSync } from 'node:child_process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { connectEngine } from '../src/engine/connect.ts';
import { label } from '../src/lib/labels.ts';

const mcpcat = 'bin/mcpcat.js';
const calls = [
  { server: 'everything', tool: 'echo', arguments: { message: 'hello from a container' } },
  {
    server: 'time',
    tool: 'convert_time',
    arguments: { source_timezone: 'Europe/Berlin', time: '12:00', target_timezone: 'Asia/Tokyo' },
  },
] as const;
/** Others may run servers on this engine meanwhile: those are not counted. */
const session = `quickstart-${String(process.pid)}`;
const names = calls.map(({ server }) => server);

function step(title: string, ...args: readonly string[]): void {
  process.stdout.write(`\n── ${title}\n   mcpcat ${args.join(' ')}\n`);
  const { status } = spawnSync(process.execPath, [mcpcat, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    process.stderr.write(`\nquickstart stopped: "mcpcat ${args.join(' ')}" ended with ${String(status)}\n`);
    process.exit(status ?? 3);
  }
}

async function callTool({ server, tool, arguments: input }: (typeof calls)[number]): Promise<void> {
  process.stdout.write(`\n── ${server}, as an MCP client runs it\n   mcpcat run ${server}\n`);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [mcpcat, 'run', server],
    stderr: 'ignore',
    env: { ...getDefaultEnvironment(), ...ownEnvironment(), CLAUDE_CODE_SESSION_ID: session },
  });
  const client = new Client({ name: 'quickstart', version: '1.0.0' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  process.stdout.write(`   tools: ${tools.map(({ name }) => name).join(', ')}\n`);
  const answer = await client.callTool({ name: tool, arguments: { ...input } });
  process.stdout.write(`   ${tool} ${JSON.stringify(input)}\n   → ${JSON.stringify(answer.content)}\n`);
  await client.close();
}

/** Where the engine and the caches are; the client of the SDK hands on little by itself. */
function ownEnvironment(): Record<string, string> {
  const wanted = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'XDG_CACHE_HOME', 'MCPCAT_CATALOG'];
  return Object.fromEntries(wanted.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function leftovers(): Promise<number> {
  const engine = await connectEngine({ env: process.env });
  return (await engine.listContainers({ [label.session]: session })).length;
}

step('an engine', 'doctor', '--fix');
step(
  'the bases that servers are built on (the first time takes about two minutes)',
  'base',
  'build',
  'node',
  'python',
);
step('images of two servers, built without network', 'build', ...names);
// A clone stays as it is: what this machine found is not the catalog's.
step('proof: a handshake under all restrictions', 'test', '--dry-run', ...names);
for (const call of calls) await callTool(call);
const left = await leftovers();
process.stdout.write(
  `\n${left === 0 ? 'No container is left.' : `${String(left)} container(s) are left!`} Put a server into your client: mcpcat info everything\n`,
);
process.exit(left === 0 ? 0 : 1);
