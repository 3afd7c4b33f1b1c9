import { isDeepStrictEqual } from 'node:util';
import { McpcatError } from '../../lib/errors.ts';
import type { ConfigFormat, ConfigText, NamedEntry, ServersPlace } from './config-text.ts';
import { jsonText } from './json-text.ts';
import { tomlText } from './toml-text.ts';
import { yamlText } from './yaml-text.ts';

const formats: Readonly<Record<ConfigFormat, ConfigText>> = {
  json: jsonText,
  toml: tomlText,
  yaml: yamlText,
};

export function readServers(
  format: ConfigFormat,
  text: string,
  place: ServersPlace,
): ReadonlyMap<string, unknown> {
  return formats[format].read(text, place);
}

export function putServer(
  format: ConfigFormat,
  { text, place }: { readonly text: string; readonly place: ServersPlace },
  server: NamedEntry,
): string {
  const { read, put } = formats[format];
  const expected = new Map(read(text, place)).set(server.name, server.entry);
  const result = put(text, place, server);
  return checked(result, { found: read(result, place), expected });
}

export function removeServer(
  format: ConfigFormat,
  { text, place }: { readonly text: string; readonly place: ServersPlace },
  name: string,
): string {
  const { read, remove } = formats[format];
  const expected = new Map(read(text, place));
  if (!expected.delete(name)) return text;
  const result = remove(text, place, name);
  const found = read(result, place);
  if (found.has(name))
    throw new McpcatError('client-file-invalid', `it has two servers "${name}", of which clients take one`, {
      hint: 'nothing was written; take one of them out by hand',
    });
  return checked(result, { found, expected });
}

interface ReadBack {
  readonly found: ReadonlyMap<string, unknown>;
  readonly expected: ReadonlyMap<string, unknown>;
}

/**
 * What an edit made, if that was read back as expected. Editors of these formats were seen to give a value to another element or to leave a
 * file that does not parse (findings/toml-patch-wrong-element.sh, findings/jsonc-parser-lone-comma.sh): nothing of
 * ours is written before it was read again.
 */
function checked(text: string, { found, expected }: ReadBack): string {
  if (isDeepStrictEqual([...found], [...expected])) return text;
  throw new McpcatError(
    'client-file-invalid',
    'the change would touch more of the file than this one server',
    {
      hint: 'nothing was written; change the file by hand',
    },
  );
}
