import { text as allText } from 'node:stream/consumers';
import { whileServing } from '../../launch/while-serving.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { shortId } from '../../lib/short-id.ts';
import { callTool, type ToolCall } from '../../mcp/call-tool.ts';
import type { OfferedTool } from '../../mcp/offered-tools.ts';
import type { Execute, Terminal } from '../command.ts';
import { answerText } from '../render/tool-answer.ts';
import { argumentsFor, givenArguments, type Given } from '../tool-arguments.ts';
import { prepareRun } from './prepare-run.ts';

/** 0: answered; 1: what was answered is an error; where there is no answer, that is thrown. */
export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [name, tool, ...words] = positionals;
  if (name === undefined || tool === undefined)
    throw new McpcatError('usage', 'expected a server and one of its tools', {
      hint: 'mcpcat call NAME TOOL KEY=VALUE…',
    });
  const deadlineMs = timeoutOf(options.text('timeout'));
  const given = givenArguments(words, words[0] === '-' ? await inputOf(terminal) : '');
  const { session, remember } = await prepareRun(name, invocation);
  const call: ToolCall = {
    choose: (tools) => chosen({ name, tool, given }, tools),
    deadlineMs,
    onProgress: options.flag('quiet') ? () => undefined : progressOn(terminal),
    signal: terminal.signal,
  };
  const { result, left } = await whileServing(
    { ...session, signal: terminal.signal, onStarted: remember },
    async (served) => {
      const answer = await callTool(served, call).catch((error: unknown) => {
        throw withLastWords(error, served.stderr);
      });
      // Before the server has ended, which may take its time.
      terminal.stdout.write(options.flag('json') ? jsonText(answer) : answerText(answer));
      return answer;
    },
  );
  if (left !== undefined)
    terminal.stderr.write(
      `mcpcat: the engine has not confirmed that the container ${shortId(left)} is removed; mcpcat prune will\n`,
    );
  return result.isError ? 1 : 0;
};

function timeoutOf(text = '60'): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text) * 1000;
  throw new McpcatError('usage', `--timeout: expected seconds from 1 to 99999, found "${text}"`);
}

async function inputOf({ streams }: Terminal): Promise<string> {
  if (streams.stdin.isTTY !== true) return allText(streams.stdin);
  throw new McpcatError('usage', 'expected the arguments on standard input, found a terminal', {
    hint: 'mcpcat call NAME TOOL - < arguments.json',
  });
}

interface Wanted {
  readonly name: string;
  readonly tool: string;
  readonly given: Given;
}

function chosen(
  { name, tool, given }: Wanted,
  tools: readonly OfferedTool[],
): ReturnType<ToolCall['choose']> {
  const found = tools.find((offered) => offered.name === tool);
  if (found !== undefined) return { tool, arguments: argumentsFor(found, given) };
  const names = tools.map((offered) => offered.name);
  throw new McpcatError('usage', `${name} has no tool "${tool}"`, {
    hint:
      didYouMean(tool, names) ||
      (names.length === 0 ? 'it offers none' : oneLine(`it offers ${names.join(', ')}`, 500)),
  });
}

function progressOn({ stderr }: Terminal): ToolCall['onProgress'] {
  return ({ done, of, text }) => {
    const count = of === undefined ? String(done) : `${String(done)} of ${String(of)}`;
    stderr.write(`mcpcat: ${count}${text === undefined ? '' : `: ${oneLine(text, 300)}`}\n`);
  };
}

/** What a server says on stderr is shown where it did not answer: it may be why. */
function withLastWords(error: unknown, lines: readonly string[]): unknown {
  if (!(error instanceof McpcatError) || error.exitCode === 2 || lines.length === 0) return error;
  const { code, message, hint, cause } = error;
  return new McpcatError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    detail: lines.slice(-10).map((line) => oneLine(line, 500)),
    cause,
  });
}
