/** Real clients against `mcpcat run`: what they do at their end must not leave anything behind either. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, project, testEngine, type Ran } from '../rig/engine.ts';

const timeout = 300_000;
const identity = { name: 'test', version: '1.0.0' };
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-clients-'));
let engine: Engine;
const opened = closedAfterwards();
opened.defer(() => rmSync(folder, { recursive: true, force: true }));

before(async () => {
  engine = await testEngine();
});

/** The launch of a server in a session of its own, so that its containers can be told from others'. */
function launch(server: string): {
  command: string;
  args: string[];
  env: Record<string, string>;
  session: string;
} {
  const session = `client-${String(Math.random()).slice(2)}`;
  const env = { ...process.env, CLAUDE_CODE_SESSION_ID: session } as Record<string, string>;
  return { command: process.execPath, args: [mcpcat, 'run', server], env, session };
}

async function nothingIsLeft(session: string): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.session]: session }),
    (found) => found.length === 0,
  );
}

function execute(command: string, args: readonly string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { env, cwd: project, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

for (const server of ['everything', 'time']) {
  test(`the TypeScript SDK 1.x works with ${server}`, { timeout }, async () => {
    const { session, ...parameters } = launch(server);
    const client = new Client(identity);
    await client.connect(new StdioClientTransport({ ...parameters, stderr: 'ignore' }));
    assert.ok((await client.listTools()).tools.length > 0);
    await client.close();
    await nothingIsLeft(session);
  });

  for (const mode of ['legacy', 'auto'] as const) {
    test(`the TypeScript SDK 2.x (negotiation ${mode}) works with ${server}`, { timeout }, async () => {
      const { session, ...parameters } = launch(server);
      const client = new ModernClient(identity, { versionNegotiation: { mode } });
      await client.connect(new ModernTransport({ ...parameters, stderr: 'ignore' }));
      assert.ok((await client.listTools()).tools.length > 0);
      await client.close();
      await nothingIsLeft(session);
    });
  }
}

test('the Inspector on the command line lists tools and calls one', { timeout }, async () => {
  const { command, args, env, session } = launch('everything');
  const npx = [
    '--yes',
    '--cache',
    path.join(folder, 'npm'),
    '@modelcontextprotocol/inspector@2.12.0',
    '--cli',
  ];
  const path24 = `${path.join(project, 'node_modules/.bin')}:${env['PATH'] ?? ''}`;
  const inspect = (...more: readonly string[]): Promise<Ran> =>
    execute('npx', [...npx, command, ...args, ...more], { ...env, PATH: path24 });
  const listed = await inspect('--method', 'tools/list');
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.stdout, /"echo"/);
  const called = await inspect(
    '--method',
    'tools/call',
    '--tool-name',
    'echo',
    '--tool-arg',
    'message=through-the-inspector',
  );
  assert.match(called.stdout, /through-the-inspector/, called.stderr);
  await nothingIsLeft(session);
});

const pythonClient = `
import asyncio, os, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

async def main():
    parameters = StdioServerParameters(command=sys.argv[1], args=sys.argv[2:], env=dict(os.environ))
    async with stdio_client(parameters) as (read, write):
        async with ClientSession(read, write) as session:
            await session.initialize()
            tools = await session.list_tools()
            print(sorted(tool.name for tool in tools.tools))
            answer = await session.call_tool("convert_time", {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"})
            print(answer.content[0].text)

asyncio.run(main())
`;

test('the Python SDK lists tools and calls one', { timeout }, async () => {
  const { command, args, env, session } = launch('time');
  const target = path.join(folder, 'python');
  const installed = await execute(
    'python3',
    ['-m', 'pip', 'install', '--quiet', '--target', target, 'mcp'],
    env,
  );
  assert.equal(installed.code, 0, installed.stderr);
  const script = path.join(folder, 'client.py');
  writeFileSync(script, pythonClient);
  const { code, stdout, stderr } = await execute('python3', [script, command, ...args], {
    ...env,
    PYTHONPATH: target,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /'convert_time', 'get_current_time'[\s\S]*21:00/);
  await nothingIsLeft(session);
});
