import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { callTool, type ToolAnswer, type ToolCall } from '../../src/mcp/call-tool.ts';

interface Ends {
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
}

const streams = (): Ends => ({ stdin: new PassThrough(), stdout: new PassThrough() });

/** The SDK's own server, with a tool for each way to answer; two pages of them. */
async function served(): Promise<Ends> {
  const ends = streams();
  const server = new Server({ name: 'fixture', version: '1' }, { capabilities: { tools: {} } });
  const tool = (name: string): object => ({ name, inputSchema: { type: 'object' } });
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) =>
    params?.cursor === undefined
      ? { tools: [tool('answers'), tool('fails')], nextCursor: '2' }
      : { tools: [tool('refuses'), tool('closes'), tool('tells'), tool('hangs')] },
  );
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification }) => {
    const { name, arguments: given } = params;
    const text = JSON.stringify(given);
    if (name === 'refuses') throw new McpError(ErrorCode.InvalidParams, 'not like this');
    if (name === 'closes') ends.stdout.end();
    if (name === 'hangs' || name === 'closes') return new Promise<never>(() => undefined);
    const { _meta: meta } = params;
    const token = meta?.progressToken;
    if (name === 'tells' && token !== undefined)
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken: token, progress: 1, total: 2, message: 'half' },
      });
    return { content: [{ type: 'text', text }], isError: name === 'fails', structuredContent: { given } };
  });
  await server.connect(new StdioServerTransport(ends.stdin, ends.stdout));
  return ends;
}

async function call(tool: string, more: Partial<ToolCall> = {}): Promise<ToolAnswer> {
  return callTool(await served(), {
    choose: () => ({ tool, arguments: { a: 1 } }),
    deadlineMs: 60_000,
    onProgress: () => undefined,
    ...more,
  });
}

test('an answer comes back as the server sent it', async () => {
  assert.deepEqual(await call('answers'), {
    isError: false,
    content: [{ type: 'text', text: '{"a":1}' }],
    structuredContent: { given: { a: 1 } },
  });
});

test('an error of the tool and an error of the protocol are answers', async () => {
  assert.equal((await call('fails')).isError, true);
  const refused = await call('refuses');
  assert.equal(refused.isError, true);
  assert.match(String(refused.content[0]?.['text']), /not like this/);
});

test('the tool is chosen among those of all pages', async () => {
  let seen: readonly string[] = [];
  await call('answers', {
    choose: (tools) => {
      seen = tools.map(({ name }) => name);
      return { tool: 'answers', arguments: {} };
    },
  });
  assert.deepEqual(seen, ['answers', 'fails', 'refuses', 'closes', 'tells', 'hangs']);
});

test('what choosing throws is thrown, and nothing is called', async () => {
  const error = new McpcatError('usage', 'no such tool');
  await assert.rejects(
    call('answers', {
      choose: () => {
        throw error;
      },
    }),
    error,
  );
});

test('progress is told', async () => {
  const told: unknown[] = [];
  await call('tells', { onProgress: (progress) => told.push(progress) });
  assert.deepEqual(told, [{ done: 1, of: 2, text: 'half' }]);
});

test('no answer in time, and an output that ends, are failures with their own codes', async () => {
  const code = (expected: string) => (error: unknown) =>
    error instanceof McpcatError && error.code === expected && error.message.startsWith('tools/call of ');
  await assert.rejects(call('hangs', { deadlineMs: 300 }), code('timeout'));
  await assert.rejects(call('closes'), code('server-failed'));
});

test('a server that says nothing to initialize is told with what it was asked', async () => {
  const ends = streams();
  ends.stdout.end();
  await assert.rejects(
    callTool(ends, {
      choose: () => assert.fail('nothing was offered'),
      deadlineMs: 60_000,
      onProgress: () => undefined,
    }),
    (error: unknown) =>
      error instanceof McpcatError &&
      error.code === 'server-failed' &&
      error.message.startsWith('initialize: '),
  );
});
