import { elementsOf, whole, type Span } from '../lib/json-spans.ts';
import { fieldValue } from './field-value.ts';
import { membersOf } from './wanted-members.ts';

/** An argument of a tool that its server wants repeated in a header. */
interface Declared {
  readonly path: readonly string[];
  /** `Region` of `Mcp-Param-Region`. */
  readonly header: string;
}

const mark = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const maxTools = 5000;
const maxHeaders = 32;
const longestSchema = 256 * 1024;
const longestValue = 4096;
const deepest = 16;

/**
 * Which arguments of which tools go into headers too (MCP 2026-07-28, Streamable HTTP, `x-mcp-header`). A client on
 * stdio does not know of that, so it is learnt from the lists of tools that pass.
 */
export class ParamHeaders {
  readonly #byTool = new Map<string, readonly Declared[]>();

  /** `line` is an answer to tools/list. */
  learn(line: Buffer): void {
    if (!line.includes(mark)) return;
    const result = membersOf(line, whole(line), new Set(['result']))?.get('result');
    const tools = result && membersOf(line, result, new Set(['tools']))?.get('tools');
    for (const tool of (tools && elementsOf(line, tools, maxTools)) ?? []) this.#learnTool(line, tool);
  }

  /** Of a call; `given` is where its arguments stand in the message. */
  headersOf(tool: string, body: Buffer, given: Span | undefined): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const { path, header } of this.#byTool.get(tool) ?? []) {
      const value = primitiveAt(body, given, path);
      if (value !== undefined) headers[`mcp-param-${header}`] = fieldValue(value);
    }
    return headers;
  }

  #learnTool(line: Buffer, tool: Span): void {
    const members = membersOf(line, tool, new Set(['name', 'inputSchema']));
    const name = parsed(line, members?.get('name'), longestValue);
    if (typeof name !== 'string' || this.#byTool.size >= maxTools) return;
    const schema = parsed(line, members?.get('inputSchema'), longestSchema);
    this.#byTool.set(name, declaredIn(schema, []).slice(0, maxHeaders));
  }
}

/** Only what a chain of `properties` leads to may be declared. */
function declaredIn(schema: unknown, path: readonly string[]): Declared[] {
  if (!isObject(schema) || path.length > deepest) return [];
  const header = schema[mark];
  const own = path.length > 0 && typeof header === 'string' && token.test(header) ? [{ path, header }] : [];
  const { properties } = schema;
  if (!isObject(properties)) return own;
  return [...own, ...Object.entries(properties).flatMap(([key, child]) => declaredIn(child, [...path, key]))];
}

function primitiveAt(body: Buffer, given: Span | undefined, path: readonly string[]): string | undefined {
  let span = given;
  for (const key of path) span &&= membersOf(body, span, new Set([key]))?.get(key);
  const value = parsed(body, span, longestValue);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
}

function parsed(text: Buffer, span: Span | undefined, longest: number): unknown {
  if (span === undefined || span.to - span.from > longest) return undefined;
  try {
    return JSON.parse(text.toString('utf8', span.from, span.to));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
