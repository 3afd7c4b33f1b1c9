import { McpError } from '@modelcontextprotocol/sdk/types.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAnswer, type NoAnswer } from '../../src/mcp/no-answer.ts';

const timedOut = (timeout: number): McpError => new McpError(-32_001, 'Request timed out', { timeout });

const cases: readonly (readonly [string, unknown, boolean, NoAnswer | undefined])[] = [
  ["the SDK's own timeout", timedOut(500), false, 'late'],
  ['an output that has ended', new McpError(-32_000, 'Connection closed'), true, 'closed'],
  ['a server that answers in the same words', new McpError(-32_001, 'Request timed out'), false, undefined],
  [
    'a server that says it is closed, and is not',
    new McpError(-32_000, 'Connection closed'),
    false,
    undefined,
  ],
  ['a server that names another timeout', timedOut(30_000), false, undefined],
  ['another error of a server', new McpError(-32_602, 'timed out, closed'), true, undefined],
  ['an error that is none of MCP', new Error('Connection closed'), true, undefined],
];
for (const [what, error, isClosed, expected] of cases)
  test(`${what} is ${expected ?? 'an answer'}`, () => {
    assert.equal(noAnswer(error, { timeoutMs: 500, transport: { isClosed } }), expected);
  });
