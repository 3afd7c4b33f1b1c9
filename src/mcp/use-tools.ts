import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Attachment } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import { LineTransport, type NonProtocolLine } from './line-transport.ts';
import { noAnswer, type Asked } from './no-answer.ts';
import { offeredTools, type OfferedTool } from './offered-tools.ts';

export interface ToolUse {
  readonly name: string;
  readonly outcome: 'answered' | 'error' | 'no-answer' | 'left-out';
  /** The answer's beginning, or what went wrong, or why it was left out. */
  readonly text: string;
}

export interface UseOptions {
  readonly deadlineMs: number;
  /** For one call of a tool; as long as for the handshake if it is not said. */
  readonly callDeadlineMs?: number;
  /** The arguments to call a tool with, or why it is not called. */
  readonly argumentsFor: (tool: OfferedTool) => Readonly<Record<string, unknown>> | string;
  /** Called before each call, and with undefined for the time before the first. */
  readonly onUse: (tool: string | undefined) => void;
  /** Runs while the server is idle and its stdin still open. */
  readonly beforeClose: () => Promise<void>;
}

const maxTextLength = 300;

/**
 * Shakes hands, lists the tools and calls them one after the other; what a tool answers is recorded, not judged.
 * `failure` is set if it did not get to a list of tools.
 */
export async function useTools(
  attachment: Pick<Attachment, 'stdin' | 'stdout'>,
  options: UseOptions,
): Promise<{
  readonly failure?: string;
  readonly uses: readonly ToolUse[];
  readonly nonProtocolLines: readonly NonProtocolLine[];
}> {
  const client = new Client({ name: 'mcpcat-audit', version: '1.0.0' });
  const transport = new LineTransport<JSONRPCMessage>(attachment);
  const { nonProtocolLines } = transport;
  const limits = { timeout: options.deadlineMs };
  const asked = { timeoutMs: options.callDeadlineMs ?? options.deadlineMs, transport };
  const uses: ToolUse[] = [];
  options.onUse(undefined);
  try {
    await client.connect(transport, limits);
    for (const tool of await offeredTools(client, limits)) {
      const use = options.argumentsFor(tool);
      if (typeof use === 'string') {
        uses.push({ name: tool.name, outcome: 'left-out', text: use });
        continue;
      }
      options.onUse(tool.name);
      uses.push(await called(client, { name: tool.name, arguments: use, asked }));
    }
    return { uses, nonProtocolLines };
  } catch (error) {
    return { failure: messageOf(error), uses, nonProtocolLines };
  } finally {
    await options.beforeClose();
    attachment.stdin.end();
  }
}

interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly asked: Asked;
}

async function called(client: Client, { name, arguments: given, asked }: Call): Promise<ToolUse> {
  try {
    const limits = { timeout: asked.timeoutMs };
    const result = await client.callTool({ name, arguments: { ...given } }, undefined, limits);
    const text = JSON.stringify(result.content).slice(0, maxTextLength);
    return { name, outcome: result.isError === true ? 'error' : 'answered', text };
  } catch (error) {
    const text = messageOf(error).slice(0, maxTextLength);
    return { name, outcome: noAnswer(error, asked) === undefined ? 'error' : 'no-answer', text };
  }
}
