import type { ResultRules } from './server-policy.ts';

/** The answer of `tools/call` as far as a limit concerns it; whatever else it has is kept. */
export interface ToolResult {
  readonly content?: readonly ContentBlock[] | undefined;
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
  readonly [key: string]: unknown;
}

export interface ContentBlock {
  readonly type: string;
  readonly text?: string | undefined;
  readonly [key: string]: unknown;
}

/** Keeps a whole result for `resources/read`: its address, or undefined where it is too large to be kept. */
export type KeepResult = (json: string) => string | undefined;

/**
 * A result within the rules of its server. Up to the limit it is the very same object. Beyond it, `cut`: texts as far as
 * they fit, a note that says what is missing, and a link to the whole; where structured content had to go, an error,
 * because a client checks what is no error against the tool's output schema. `refuse`: an error that says so. What
 * carries no content (a task, a question to the client) is no result yet, and stays as it is.
 */
export function limitedResult(result: ToolResult, rules: ResultRules, keep: KeepResult): ToolResult {
  const { maxBytes, larger } = rules;
  if (result.content === undefined && result.structuredContent === undefined) return result;
  const json = JSON.stringify(result);
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxBytes) return result;
  const facts = excess(bytes, maxBytes);
  if (larger === 'refuse')
    return {
      ...aside(result),
      content: [text(`${facts}. It was not delivered. Ask for less.`)],
      isError: true,
    };
  return cut(result, { maxBytes, facts, address: keep(json) });
}

/** What is said of a result that is too large. */
export function excess(bytes: number, permitted: number): string {
  return `The result has ${String(bytes)} bytes; ${String(permitted)} are permitted (maxResult of a profile)`;
}

interface Cutting {
  readonly maxBytes: number;
  readonly facts: string;
  readonly address: string | undefined;
}

function cut(result: ToolResult, { maxBytes, facts, address }: Cutting): ToolResult {
  const { kept, whole } = fitting(result.content ?? [], maxBytes);
  const structured = result.structuredContent !== undefined;
  const missing = [
    ...(whole ? [] : ['content was cut']),
    ...(structured ? ['structured content was left out'] : []),
  ];
  const where = address === undefined ? 'It was too large to be kept' : `The whole is at ${address}`;
  const note = text(`[${facts}: ${missing.join(', ')}. ${where}.]`);
  const failed = result.isError === true || structured;
  return {
    ...aside(result),
    content: [...kept, note, ...(address === undefined ? [] : [link(address)])],
    ...(failed ? { isError: true } : {}),
  };
}

/** Blocks from the first on; of a text that is too long its beginning, anything else whole or not at all. */
function fitting(
  blocks: readonly ContentBlock[],
  maxBytes: number,
): { readonly kept: readonly ContentBlock[]; readonly whole: boolean } {
  const kept: ContentBlock[] = [];
  let left = maxBytes;
  for (const block of blocks) {
    const bytes = Buffer.byteLength(JSON.stringify(block));
    if (bytes > left) {
      if (typeof block.text === 'string') kept.push({ ...block, text: beginning(block.text, left) });
      return { kept: kept.filter((one) => one.text !== ''), whole: false };
    }
    kept.push(block);
    left -= bytes;
  }
  return { kept, whole: true };
}

/** As much of a text as has so many bytes in JSON, ending at a whole character. */
function beginning(whole: string, maxBytes: number): string {
  let [low, high] = [0, Math.min(whole.length, maxBytes)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (Buffer.byteLength(JSON.stringify(whole.slice(0, middle))) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  const cutsPair = /[\uD800-\uDBFF]$/.test(whole.slice(0, low)) && low < whole.length;
  return whole.slice(0, cutsPair ? low - 1 : low);
}

/** What else a result says: its type (`resultType` of 2026-07-28), trace context. A server gains nothing by filling it. */
function aside(result: ToolResult): ToolResult {
  const replaced = ['content', 'structuredContent', 'isError'];
  const others = Object.entries(result).filter(
    ([name, value]) => !replaced.includes(name) && JSON.stringify(value ?? null).length <= 4096,
  );
  return Object.fromEntries(others);
}

function text(words: string): ContentBlock {
  return { type: 'text', text: words };
}

function link(uri: string): ContentBlock {
  return { type: 'resource_link', uri, name: 'whole result', mimeType: 'application/json' };
}
