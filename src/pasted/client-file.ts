import { parse as readToml, TomlError } from 'smol-toml';
import { isMap, parseDocument, type Document } from 'yaml';
import { refuse } from './found.ts';

export type Tree = Readonly<Record<string, unknown>>;

/**
 * What a client's file says, or a part of one as people publish it: JSON with comments and trailing commas, Codex's TOML,
 * or the YAML of goose and Continue. Undefined if it is none of these. Throws `usage` with line and column for one that
 * is broken.
 */
export function clientFile(text: string): Tree | undefined {
  const trimmed = text.trim().replace(/,$/, '');
  if (/^[{"]/.test(trimmed) && trimmed.includes('{'))
    return json(trimmed.startsWith('{') ? trimmed : `{${trimmed}}`);
  if (/^\[[\w."' -]+\]\s*(#.*)?$/m.test(trimmed) && /^\w+\s*=/m.test(trimmed)) return toml(trimmed);
  if (/^\s*(#.*\n\s*)*[\w-]+:\s*(#.*)?\n\s+\S/.test(text)) return yaml(text);
  return undefined;
}

function json(text: string): Tree {
  const plain = text.replaceAll(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, kept: string | undefined) => kept ?? '',
  );
  const document = parseDocument(
    plain.replaceAll(
      /("(?:[^"\\]|\\.)*")|,(\s*[}\]])/g,
      (_, kept: string | undefined, end: string | undefined) => kept ?? end ?? '',
    ),
  );
  return treeOf(document, 'JSON', 'paste one entry of mcpServers, braces included');
}

function yaml(text: string): Tree {
  return treeOf(
    parseDocument(text),
    'YAML',
    'paste one server, with the lines above it and as they are indented',
  );
}

function treeOf(document: Document, form: string, hint: string): Tree {
  const [problem] = document.errors;
  if (problem !== undefined || !isMap(document.contents)) {
    const [at] = problem?.linePos ?? [];
    const place = at === undefined ? '' : `, line ${String(at.line)}, column ${String(at.col)}`;
    throw refuse(
      `expected the ${form} of a client${place}, found ${problem?.message.split('\n')[0]?.replace(/:$/, '') ?? 'something else'}`,
      hint,
    );
  }
  return document.contents.toJSON() as Tree;
}

function toml(text: string): Tree {
  try {
    return readToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = `line ${String(error.line)}, column ${String(error.column)}`;
    throw refuse(
      `expected the TOML of a client, ${place}, found something else`,
      'paste one table of mcp_servers',
    );
  }
}
