import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { noAnswer, type Asked } from './no-answer.ts';

/** One alone may be answered in time by a server that drops what is left. */
const lists = 5;

interface Question {
  readonly method: string;
  readonly answer: Promise<unknown>;
}

/**
 * What a client asks in the moment in which it closes its side: the list of tools, some times over, and `call` again. All is written when
 * this returns; resolves to the methods that were never answered. A refusal is an answer.
 */
export async function askAndLeave(
  client: Client,
  {
    call,
    asked,
  }: {
    readonly call: { readonly tool: string; readonly arguments: object } | undefined;
    readonly asked: Asked;
  },
): Promise<readonly string[]> {
  const timeout = asked.timeoutMs;
  const questions: Question[] = [];
  if (call !== undefined) {
    const params = { name: call.tool, arguments: { ...call.arguments } };
    questions.push({ method: 'tools/call', answer: client.callTool(params, undefined, { timeout }) });
  }
  for (let count = 0; count < lists; count++)
    questions.push({ method: 'tools/list', answer: client.listTools({}, { timeout }) });
  const lost = await Promise.all(
    questions.map(async ({ method, answer }) => {
      try {
        await answer;
        return [];
      } catch (error) {
        return noAnswer(error, asked) === undefined ? [] : [method];
      }
    }),
  );
  return [...new Set(lost.flat())];
}
