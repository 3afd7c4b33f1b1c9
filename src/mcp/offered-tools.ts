import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

/** A tool as a server offers it. */
export interface OfferedTool {
  readonly name: string;
  readonly inputSchema: unknown;
  /** What it says of itself: that it changes nothing. Only a hint. */
  readonly readOnly: boolean;
}

const maxPages = 100;

/** All pages; none of a server that announces no tools. */
export async function offeredTools(
  client: Client,
  limits: { readonly timeout: number; readonly signal?: AbortSignal },
): Promise<OfferedTool[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  const tools: OfferedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const found = await client.listTools(cursor === undefined ? {} : { cursor }, limits);
    tools.push(
      ...found.tools.map(({ name, inputSchema, annotations }) => ({
        name,
        inputSchema,
        readOnly: annotations?.readOnlyHint === true,
      })),
    );
    cursor = found.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}
