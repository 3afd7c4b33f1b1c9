const members = /^[\s\uFEFF]*(?:\[\s*)?\{\s*"(jsonrpc|id|method|params|result|error)"\s*:/;

/**
 * Whether a line is a JSON-RPC message, or a batch of them (JSON-RPC 2.0, sections 4 to 6; MCP "stdio"): it parses, and
 * every object in it says `"jsonrpc": "2.0"`. Other JSON (a logger's) is no message.
 */
export function isMessageLine(line: Buffer): boolean {
  if (!mayBeMessage(line)) return false;
  try {
    // As Latin-1 it is the same JSON and read in less time; only its shape counts here.
    return isMessageOrBatch(JSON.parse(line.toString('latin1', byteOrderMark(line))));
  } catch {
    return false;
  }
}

/** The beginning of a line that is too long to be held: by its first member. */
export function beginsAsMessage(line: Buffer): boolean {
  return members.test(line.subarray(0, 256).toString('utf8'));
}

function isMessageOrBatch(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isMessage) : isMessage(value);
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'jsonrpc') === '2.0';
}

function byteOrderMark(line: Buffer): number {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0;
}

/** Cheap: most noise is told by its first byte. */
function mayBeMessage(line: Buffer): boolean {
  for (const byte of line) {
    if (byte === 0x7b || byte === 0x5b) return true;
    const isBlank =
      byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0xef || byte === 0xbb || byte === 0xbf;
    if (!isBlank) return false;
  }
  return false;
}
