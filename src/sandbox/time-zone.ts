import type { Entry } from '../catalog/entry.ts';

/** Names of zones are the only form that every runtime reads alike; none leads out of the folder of zones. */
const zoneForm = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/;

/**
 * The zone that a client's `TZ` names (`Europe/Berlin`, also `:Europe/Berlin` and the path of a zone's file), as every
 * runtime in a container knows it. Undefined for what is no zone: rules (`CET-1CEST`), other paths, anything else.
 */
export function zoneName(text: string | undefined): string | undefined {
  const name = text?.replace(/^:/, '').replace(/^\/(?:[\w.-]+\/)*zoneinfo\//, '');
  return name !== undefined && zoneForm.test(name) && isKnown(name) ? name : undefined;
}

function isKnown(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** No setting and no secret: where the entry or the user says it, that counts. */
export function timeZoneEnv(
  entry: Entry,
  { timeZone, extraEnv = {} }: { readonly timeZone?: string | undefined; readonly extraEnv?: object },
): Record<string, string> {
  const name =
    Object.hasOwn(entry.env, 'TZ') || Object.hasOwn(extraEnv, 'TZ') ? undefined : zoneName(timeZone);
  return name === undefined ? {} : { TZ: name };
}
