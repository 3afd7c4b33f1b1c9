import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { CallToolResultSchema, type JSONRPCMessage, type Progress } from '@modelcontextprotocol/sdk/types.js';
import type { Attachment } from '../engine/engine.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { LineTransport } from './line-transport.ts';
import { noAnswer, type Asked } from './no-answer.ts';
import { offeredTools, type OfferedTool } from './offered-tools.ts';

/** What a tool said: its content as the server sent it. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly content: readonly ToolContent[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

/** One block; the keys besides its kind are the kind's (MCP 2025-11-25, "Tool Result"). */
export interface ToolContent {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface ToolCall {
  /** Chooses the tool and its arguments from what the server offers; throws what `callTool` then rejects with. */
  readonly choose: (tools: readonly OfferedTool[]) => {
    readonly tool: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  };
  /** For each answer: to initialize, to tools/list, and to the call, where each word of progress begins it anew. */
  readonly deadlineMs: number;
  readonly onProgress: (progress: {
    readonly done: number;
    readonly of?: number;
    readonly text?: string;
  }) => void;
  /** Aborted: the server is told that nobody waits for the call any more. */
  readonly signal?: AbortSignal;
}

/**
 * Shakes hands, lists the tools and calls one. An error that the server answers with is an answer, too. Rejects with
 * `timeout` or `server-failed` where there is none. The server's stdin stays open: whoever opened it ends it.
 */
export async function callTool(
  attachment: Pick<Attachment, 'stdin' | 'stdout'>,
  call: ToolCall,
): Promise<ToolAnswer> {
  const client = new Client({ name: 'mcpcat', version: '1.0.0' });
  const transport = new LineTransport<JSONRPCMessage>(attachment);
  const asked = { timeoutMs: call.deadlineMs, transport };
  const limits = {
    timeout: call.deadlineMs,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  await answered('initialize', client.connect(transport, limits), asked);
  const tools = await answered('tools/list', offeredTools(client, limits), asked);
  const { tool, arguments: given } = call.choose(tools);
  const params = { name: tool, arguments: { ...given } };
  try {
    // The SDK's own callTool holds the answer against the tool's schema, and what it says is nobody's answer.
    const result = await client.request({ method: 'tools/call', params }, CallToolResultSchema, {
      ...limits,
      resetTimeoutOnProgress: true,
      onprogress: (progress) => call.onProgress(progressOf(progress)),
    });
    const { isError = false, content, structuredContent } = result;
    return {
      isError,
      content: content.map((block) => ({ ...block })),
      ...(structuredContent === undefined ? {} : { structuredContent }),
    };
  } catch (error) {
    if (call.signal?.aborted !== true && isAnswer(error, asked))
      return { isError: true, content: [{ type: 'text', text: messageOf(error) }] };
    throw failure(`tools/call of ${tool}`, error, asked);
  }
}

async function answered<T>(what: string, answer: Promise<T>, asked: Asked): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw failure(what, error, asked);
  }
}

/** An error of JSON-RPC that the server sent. What the SDK makes of an abort looks like one. */
function isAnswer(error: unknown, asked: Asked): boolean {
  return error instanceof Error && 'code' in error && noAnswer(error, asked) === undefined;
}

function failure(what: string, error: unknown, asked: Asked): McpcatError {
  switch (noAnswer(error, asked)) {
    case 'late':
      return new McpcatError(
        'timeout',
        `${what}: expected an answer within ${String(asked.timeoutMs / 1000)} s, there was none`,
        { cause: error },
      );
    case 'closed':
      return new McpcatError('server-failed', `${what}: the server closed its output without an answer`, {
        cause: error,
      });
    case undefined:
      return new McpcatError('server-failed', `${what}: ${messageOf(error)}`, { cause: error });
  }
}

function progressOf({ progress, total, message }: Progress): Parameters<ToolCall['onProgress']>[0] {
  return {
    done: progress,
    ...(total === undefined ? {} : { of: total }),
    ...(message === undefined ? {} : { text: message }),
  };
}
