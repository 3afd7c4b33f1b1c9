import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { JSONRPCMessage, Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js';
import type { Attachment } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import type { JsonValue } from '../lib/json-value.ts';
import { allPages } from './all-pages.ts';
import { askAndLeave } from './ask-and-leave.ts';
import { LineTransport, type NonProtocolLine } from './line-transport.ts';
import { noAnswer, type Asked } from './no-answer.ts';
import { OfferRecorder, type Offer } from './offer.ts';
import { askOtherLists } from './other-lists.ts';
import { schemaHash } from './schema-hash.ts';

export interface ToolFacts {
  readonly name: string;
  readonly description: string;
  /** SHA-256 of the input schema as canonical JSON. */
  readonly schema: string;
}

export interface CallRequest {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface HandshakeResult {
  /** Set if initialize or tools/list did not succeed: what happened instead. */
  readonly failure?: string;
  readonly protocolVersion?: string;
  readonly serverInfo?: { readonly name: string; readonly version: string };
  /** Milliseconds from the call to the answer of initialize. */
  readonly initializeMs?: number;
  readonly tools: readonly ToolFacts[];
  readonly pages: number;
  /** All that it offers; only where everything was asked for, and initialize and tools/list succeeded. */
  readonly offer?: Offer;
  readonly call?: { readonly isError: boolean; readonly text: string };
  readonly nonProtocolLines: readonly NonProtocolLine[];
  /**
   * Methods of the requests that were sent in the moment in which stdin was closed and never answered; resolves when
   * the server has closed its output. Undefined where none was sent.
   */
  readonly unanswered?: Promise<readonly string[]>;
}

export interface HandshakeOptions {
  readonly deadlineMs: number;
  readonly call?: CallRequest | undefined;
  /** `all`: prompts, resources and their templates too, where it has the capability; a list that fails is no failure. */
  readonly lists?: 'tools' | 'all' | undefined;
  /** `able`: one that says it has roots, sampling and elicitation, for which some servers have tools of their own. */
  readonly client?: 'plain' | 'able' | undefined;
  /** `idle`: nothing is asked in the moment in which stdin is closed. */
  readonly leaving?: 'asking' | 'idle' | undefined;
  /** Runs while the server is idle and its stdin still open. */
  readonly beforeClose: () => Promise<void>;
}

/** Nobody is behind them: whatever a server asks of such a client is answered with an error. */
const able = { roots: { listChanged: true }, sampling: {}, elicitation: { form: {}, url: {} } };
const identity = { name: 'mcpcat-test', version: '1.0.0' };

/** initialize, the lists with all their pages, and one tool call if asked for (revisions up to 2025-11-25). */
export async function handshake(
  attachment: Pick<Attachment, 'stdin' | 'stdout'>,
  {
    deadlineMs,
    call,
    lists = 'tools',
    client: kind = 'plain',
    leaving = 'asking',
    beforeClose,
  }: HandshakeOptions,
): Promise<HandshakeResult> {
  const transport = new LineTransport<JSONRPCMessage>(attachment);
  const client = new Client(identity, kind === 'able' ? { capabilities: able } : {});
  const options = { timeout: deadlineMs };
  const asked = { timeoutMs: deadlineMs, transport };
  const recorder = lists === 'all' ? new OfferRecorder(transport) : undefined;
  const started = performance.now();
  try {
    await client.connect(transport, options);
  } catch (error) {
    return {
      failure: `initialize: ${reason(error, asked)}`,
      tools: [],
      pages: 0,
      nonProtocolLines: transport.nonProtocolLines,
    };
  }
  const initializeMs = performance.now() - started;
  const serverInfo = client.getServerVersion();
  const common = {
    initializeMs,
    protocolVersion: transport.version,
    nonProtocolLines: transport.nonProtocolLines,
    ...(serverInfo === undefined
      ? {}
      : { serverInfo: { name: serverInfo.name, version: serverInfo.version } }),
  };
  const { again, ...result } = await talk(client, { call, asked, recorder });
  try {
    await beforeClose();
    if (result.pages === 0 || leaving === 'idle') return { ...common, ...result };
    return { ...common, ...result, unanswered: askAndLeave(client, { call: again, asked }) };
  } finally {
    // Half-closes stdin: the server now has to end by itself.
    attachment.stdin.end();
  }
}

interface Talk extends Pick<HandshakeResult, 'tools' | 'pages' | 'offer' | 'call' | 'failure'> {
  /** The call, if it was answered at once and so may be asked once more. */
  readonly again?: CallRequest | undefined;
}

/** Milliseconds. */
const atOnceMs = 500;

interface Talking {
  readonly call: CallRequest | undefined;
  readonly asked: Asked & { readonly transport: { readonly version: string } };
  readonly recorder: OfferRecorder | undefined;
}

async function talk(client: Client, { call, asked, recorder }: Talking): Promise<Talk> {
  try {
    const list = client.getServerCapabilities()?.tools
      ? await listTools(client, { timeout: asked.timeoutMs })
      : { tools: [], pages: 0 };
    const offer = recorder && (await offerOf(client, { recorder, asked }));
    const listed = { ...list, ...(offer === undefined ? {} : { offer }) };
    if (call === undefined) return listed;
    const from = performance.now();
    const answer = await callTool(client, call, asked);
    const again = !answer.isError && performance.now() - from < atOnceMs ? call : undefined;
    return { ...listed, call: answer, again };
  } catch (error) {
    return { failure: `tools/list: ${reason(error, asked)}`, tools: [], pages: 0 };
  }
}

async function offerOf(
  client: Client,
  { recorder, asked }: Pick<Talking, 'asked'> & { readonly recorder: OfferRecorder },
): Promise<Offer | undefined> {
  const reasonOf = (error: unknown): string => reason(error, asked);
  const failed = await askOtherLists(client, { deadlineMs: asked.timeoutMs, reasonOf });
  return recorder.finish(asked.transport.version, failed);
}

async function listTools(
  client: Client,
  options: { timeout: number },
): Promise<{ tools: ToolFacts[]; pages: number }> {
  const pages = await allPages((cursor) => client.listTools(cursor === undefined ? {} : { cursor }, options));
  const tools = pages.flatMap((page) => page.tools).map(factsOf);
  return { tools, pages: pages.length };
}

function factsOf({ name, description, inputSchema }: ListedTool): ToolFacts {
  // It came as JSON.
  return { name, description: description ?? '', schema: schemaHash(inputSchema as JsonValue) };
}

async function callTool(
  client: Client,
  call: CallRequest,
  asked: Asked,
): Promise<{ isError: boolean; text: string }> {
  try {
    const result = await client.callTool({ name: call.tool, arguments: { ...call.arguments } }, undefined, {
      timeout: asked.timeoutMs,
    });
    return { isError: result.isError === true, text: JSON.stringify(result.content).slice(0, 2000) };
  } catch (error) {
    return { isError: true, text: reason(error, asked) };
  }
}

function reason(error: unknown, asked: Asked): string {
  switch (noAnswer(error, asked)) {
    case 'late':
      return `no answer within ${String(asked.timeoutMs / 1000)} s`;
    case 'closed':
      return 'the server closed its output without an answer';
    case undefined:
      return messageOf(error);
  }
}
