import { isJsonObject, type JsonObject } from '../lib/json-value.ts';
import type { ToolDefinition } from '../surface/surface.ts';
import type { ToolSearch } from './tool-search.ts';

/** What a client is shown instead of all tools. */
export const searchTools: readonly ToolDefinition[] = [
  {
    name: 'find_tools',
    title: 'Find tools',
    description:
      'Finds tools by what they do. Call it first: none of the tools that it finds is listed anywhere else. Name the service, the thing and what is to be done with it, as in "github create issue". Gives names, the beginning of each description, and the arguments.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'What the tool has to do' },
        limit: { type: 'integer', minimum: 1, maximum: 20, description: 'How many at most; 5 if left out' },
      },
      required: ['query'],
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'describe_tool',
    title: 'Describe a tool',
    description: 'Gives the whole definition of a tool, with the schema of its arguments.',
    inputSchema: {
      type: 'object',
      properties: { name: { type: 'string', description: 'As find_tools gives it' } },
      required: ['name'],
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: 'call_tool',
    title: 'Call a tool',
    description: 'Calls a tool that find_tools has found.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'As find_tools gives it' },
        arguments: { type: 'object', description: 'As describe_tool has them' },
      },
      required: ['name'],
    },
  },
];

const usualLimit = 5;
const maxLimit = 20;
/** Of a description, in characters. */
const maxDescription = 300;

/** The result of one of the first two; undefined for any other name. What does not fit is an error for the model to mend. */
export function searchResult(name: string, given: JsonObject, search: ToolSearch): JsonObject | undefined {
  if (name === 'find_tools') return found(given, search);
  return name === 'describe_tool' ? described(given, search) : undefined;
}

/** What `call_tool` was given: the call as if the tool were listed. A text says what does not fit. */
export function innerCall(
  given: JsonObject,
): { readonly name: string; readonly arguments: JsonObject } | string {
  const { name, arguments: inner = {} } = given;
  if (typeof name !== 'string') return 'name: expected the name of a tool';
  return isJsonObject(inner) ? { name, arguments: inner } : 'arguments: expected an object';
}

export function textResult(text: string, isError: boolean): JsonObject {
  return { content: [{ type: 'text', text }], ...(isError ? { isError } : {}) };
}

function found({ query, limit = usualLimit }: JsonObject, search: ToolSearch): JsonObject {
  if (typeof query !== 'string' || query.trim() === '')
    return textResult('query: expected what the tool has to do', true);
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > maxLimit)
    return textResult(`limit: expected a number from 1 to ${String(maxLimit)}`, true);
  const tools = search.find(query, limit).map(summary);
  return tools.length === 0
    ? textResult('no tool has a word of that: try other words', false)
    : textResult(JSON.stringify(tools), false);
}

function summary({ name, description, inputSchema }: ToolDefinition): JsonObject {
  const text = typeof description === 'string' ? description : '';
  const short = text.length > maxDescription ? `${text.slice(0, maxDescription).toWellFormed()}…` : text;
  const { properties, required } = isJsonObject(inputSchema) ? inputSchema : {};
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  const isRequired = (one: string): boolean => Array.isArray(required) && required.includes(one);
  return { name, description: short, arguments: names.map((one) => (isRequired(one) ? one : `${one}?`)) };
}

function described({ name }: JsonObject, search: ToolSearch): JsonObject {
  const tool = typeof name === 'string' ? search.describe(name) : undefined;
  if (tool !== undefined) return textResult(JSON.stringify(tool), false);
  return textResult(
    `there is no tool ${JSON.stringify(name ?? null)}: find_tools says which there are`,
    true,
  );
}
