import { parse as readToml, TomlError } from 'smol-toml';
import type { ServersPlace } from './config-text.ts';
import { unfit } from './line-position.ts';

/** What a TOML file says of its servers, by the library that reads. Throws `client-file-invalid`. */
export function tomlServers(text: string, place: ServersPlace): readonly (readonly [string, unknown])[] {
  let value = valueOf(text);
  for (const key of place.keyPath) value = member(value, key);
  if (!place.isList) return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return (Array.isArray(value) ? value : []).flatMap((element: unknown) => {
    const name = member(element, 'name');
    return typeof name === 'string' ? [[name, element] as [string, unknown]] : [];
  });
}

/**
 * By way of JSON: its objects have no prototype, its dates are a class of its own. TOML's integers have 64 bits, which
 * its reader refuses unless it may make a bigint of them (smol-toml 1.9.1).
 */
function valueOf(text: string): unknown {
  try {
    const value = readToml(text.replace(/^\uFEFF/, ''), { integersAsBigInt: 'asNeeded' });
    return JSON.parse(
      JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? Number(one) : one)),
    );
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw unfit(text, 0, `not TOML: ${error.message}`);
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
