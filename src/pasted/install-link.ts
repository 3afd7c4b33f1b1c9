/** Schemes of clients that take a server from a link; their pages say so (code.visualstudio.com, docs.cursor.com, kiro.dev, lmstudio.ai). */
const schemes = /^(vscode|vscode-insiders|cursor|kiro|lmstudio):/i;
const sites =
  /^https:\/\/((insiders\.)?vscode\.dev\/redirect|cursor\.com\/(\w\w\/)?(install-mcp|link\/mcp))/i;

/**
 * The JSON in a link that puts a server into a client: as the whole query (VS Code), or as `config`, plain or in
 * Base64 (Cursor, Kiro, LM Studio). Undefined for a link of another kind, or one that can't be read.
 */
export function installLink(text: string): string | undefined {
  if (/\s/.test(text) || !(schemes.test(text) || sites.test(text))) return undefined;
  const query = text.slice(text.indexOf('?') + 1);
  if (/^(%7B|\{)/i.test(query)) return decoded(query);
  const parameters = new URLSearchParams(query);
  const inner = parameters.get('url');
  if (inner !== null) return installLink(inner);
  const config = parameters.get('config')?.trim();
  if (config === undefined) return undefined;
  // In a query a + of Base64 means a blank.
  const plain = config.startsWith('{')
    ? config
    : Buffer.from(config.replaceAll(' ', '+'), 'base64').toString('utf8');
  return plain.trim().startsWith('{') ? plain : undefined;
}

function decoded(query: string): string | undefined {
  try {
    return decodeURIComponent(query);
  } catch {
    return undefined;
  }
}
