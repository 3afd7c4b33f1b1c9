import type { ToolAnswer, ToolContent } from '../../mcp/call-tool.ts';

/** What a tool has answered, for people and pipes: texts as they are; what is no text is named. */
export function answerText({ content, structuredContent }: ToolAnswer): string {
  if (content.length === 0 && structuredContent !== undefined)
    return `${JSON.stringify(structuredContent, undefined, 2)}\n`;
  return content.map((block) => ended(blockText(block))).join('');
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function blockText(block: ToolContent): string {
  const { type, text, data, mimeType, uri, resource } = block;
  if (type === 'text' && typeof text === 'string') return text;
  if (typeof data === 'string')
    return `[${type}, ${word(mimeType)}, ${String(Buffer.byteLength(data, 'base64'))} bytes; --json has it]`;
  if (type === 'resource_link') return `[resource ${word(uri)}]`;
  if (typeof resource !== 'object' || resource === null) return `[${type}; --json has it]`;
  const inner: unknown = Reflect.get(resource, 'text');
  return typeof inner === 'string'
    ? inner
    : `[resource ${word(Reflect.get(resource, 'uri'))}; --json has it]`;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : 'of unknown type';
}
