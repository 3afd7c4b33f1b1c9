import { parseJson, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { ownValue } from '../lib/own-value.ts';
import { membersOf, withMember } from './members.ts';
import { Part } from './message.ts';

/** A member of an object, which is not parsed for it unless it is small. Undefined for none, and for what is no object. */
export function memberOf(part: Part | undefined, name: string): JsonValue | undefined {
  if (part === undefined) return undefined;
  if (!part.isLong) return ownValue(part.object, name);
  const span = membersOf(part.bytes)?.get(name);
  if (span === undefined) return undefined;
  try {
    return parseJson(part.bytes.toString('utf8', span.from, span.to));
  } catch {
    return undefined;
  }
}

/** The same object with these members, everything else to the byte where it is long. */
export function withMembers(part: Part | undefined, members: JsonObject): Part {
  if (part === undefined) return Part.ofValue(members);
  if (!part.isLong) return Part.ofValue({ ...part.object, ...members });
  const bytes = Object.entries(members).reduce<Buffer>(
    (text, [name, value]) => withMember(text, name, Buffer.from(JSON.stringify(value))),
    part.bytes,
  );
  return Part.ofBytes(bytes);
}
