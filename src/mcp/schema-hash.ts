import { createHash } from 'node:crypto';
import { isJsonObject, type JsonValue } from '../lib/json-value.ts';

/** A default that is the moment of the server's start. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** SHA-256 in hex; moments are left out and keys sorted at every level, so that the same schema always has the same. */
export function schemaHash(schema: JsonValue): string {
  return createHash('sha256')
    .update(JSON.stringify(withSortedKeys(withoutMoments(schema))))
    .digest('hex');
}

/** Without defaults that are other ones with each start. */
export function withoutMoments(value: JsonValue): JsonValue {
  return mapped(value, (members) =>
    members.filter(
      ([key, member]) => key !== 'default' || typeof member !== 'string' || !moment.test(member),
    ),
  );
}

export function withSortedKeys(value: JsonValue): JsonValue {
  return mapped(value, (members) => members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

type Members = readonly (readonly [string, JsonValue])[];

/** With the members of every object in it as `change` gives them. */
function mapped(value: JsonValue, change: (members: Members) => Members): JsonValue {
  if (isJsonObject(value))
    return Object.fromEntries(change(Object.entries(value)).map(([key, of]) => [key, mapped(of, change)]));
  return isList(value) ? value.map((item) => mapped(item, change)) : value;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
