import { eachMember, whole, type Span } from '../lib/json-spans.ts';

/**
 * The members of a JSON object, and where the value of each stands; nothing below them is read. Undefined for what is
 * no object. Of two members of one name the last counts, as with `JSON.parse`.
 */
export function membersOf(bytes: Buffer): ReadonlyMap<string, Span> | undefined {
  const members = new Map<string, Span>();
  const ok = eachMember(bytes, whole(bytes), (name, value) => {
    const known = nameOf(bytes, name);
    if (known !== undefined) members.set(known, value);
    return known !== undefined;
  });
  return ok ? members : undefined;
}

/** The same object with one member's value put in place of what was there; added if there was none. */
export function withMember(bytes: Buffer, name: string, value: Buffer): Buffer {
  const members = membersOf(bytes);
  if (members === undefined) throw new Error('expected a JSON object');
  const span = members.get(name);
  if (span !== undefined)
    return Buffer.concat([bytes.subarray(0, span.from), value, bytes.subarray(span.to)]);
  const start = bytes.indexOf('{') + 1;
  const more = members.size === 0 ? '' : ',';
  const member = Buffer.concat([Buffer.from(`${JSON.stringify(name)}:`), value, Buffer.from(more)]);
  return Buffer.concat([bytes.subarray(0, start), member, bytes.subarray(start)]);
}

function nameOf(bytes: Buffer, { from, to }: Span): string | undefined {
  try {
    const name: unknown = JSON.parse(bytes.toString('utf8', from, to));
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
