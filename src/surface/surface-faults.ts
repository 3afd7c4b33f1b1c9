import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import { keyOf, listNames, surfaceVersion, type Surface } from './surface.ts';

/** Something in a surface that does not fit: where, and what was expected. */
export interface Fault {
  /** Keys and indexes from the top. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const topKeys = ['surfaceVersion', 'dependsOn', 'triedSettings', 'revisions'];
const parts: readonly string[] = ['instructions', ...listNames];
const revisionKeys = [
  'protocolVersion',
  'serverInfo',
  'capabilities',
  'instructions',
  'forAbleClients',
  'varies',
  ...listNames,
];
const optionalKeys = new Set(['instructions', 'forAbleClients']);

/** Whether a value is a surface; what does not fit is added to `faults`. */
export function isSurface(value: JsonValue, faults: Fault[]): value is JsonObject & Surface {
  faults.push(...faultsOf(value));
  return faults.length === 0;
}

function faultsOf(value: JsonValue): Fault[] {
  if (!isJsonObject(value)) return [fault([], 'expected an object')];
  const { revisions } = value;
  return [
    ...keyFaults(value, { at: [], keys: topKeys }),
    ...(value['surfaceVersion'] === surfaceVersion
      ? []
      : [fault(['surfaceVersion'], `expected ${String(surfaceVersion)}`)]),
    ...(value['dependsOn'] === 'nothing' || value['dependsOn'] === 'settings'
      ? []
      : [fault(['dependsOn'], 'expected "nothing" or "settings"')]),
    ...textFaults(value['triedSettings'], ['triedSettings']),
    ...(isList(revisions) && revisions.length > 0
      ? revisions.flatMap((revision, index) => revisionFaults(revision, ['revisions', index]))
      : [fault(['revisions'], 'expected a list with at least one protocol revision')]),
  ];
}

function revisionFaults(value: JsonValue, at: Fault['path']): Fault[] {
  if (!isJsonObject(value)) return [fault(at, 'expected an object')];
  const { protocolVersion, instructions, forAbleClients, varies } = value;
  const objects = (['serverInfo', 'capabilities'] as const).filter((key) => !isJsonObject(value[key]));
  return [
    ...keyFaults(value, { at, keys: revisionKeys }),
    ...(typeof protocolVersion === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(protocolVersion)
      ? []
      : [fault([...at, 'protocolVersion'], 'expected a protocol revision, like "2025-11-25"')]),
    ...objects.map((key) => fault([...at, key], 'expected an object')),
    ...(instructions === undefined || typeof instructions === 'string'
      ? []
      : [fault([...at, 'instructions'], 'expected a text')]),
    ...(forAbleClients === undefined ? [] : textFaults(forAbleClients, [...at, 'forAbleClients'])),
    ...textFaults(varies, [...at, 'varies'], parts),
    ...listNames.flatMap((list) => listFaults(value[list], { at: [...at, list], key: keyOf[list] })),
  ];
}

function listFaults(value: JsonValue | undefined, { at, key }: { at: Fault['path']; key: string }): Fault[] {
  if (!isList(value)) return [fault(at, 'expected a list')];
  let before: string | undefined;
  return value.flatMap((definition, index) => {
    const name = isJsonObject(definition) ? definition[key] : undefined;
    if (typeof name !== 'string') return [fault([...at, index], `expected an object with a text "${key}"`)];
    const isAfter = before === undefined || before < name;
    before = name;
    return isAfter ? [] : [fault([...at, index, key], 'expected each once, in order')];
  });
}

function keyFaults(
  value: JsonObject,
  { at, keys }: { readonly at: Fault['path']; readonly keys: readonly string[] },
): Fault[] {
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  const missing = keys.filter((key) => value[key] === undefined && !optionalKeys.has(key));
  return [
    ...unknown.map((key) => fault([...at, key], `expected only ${keys.join(', ')}`)),
    ...missing.map((key) => fault(at, `expected the key "${key}"`)),
  ];
}

function textFaults(value: JsonValue | undefined, at: Fault['path'], known?: readonly string[]): Fault[] {
  const isText = (item: JsonValue): boolean =>
    typeof item === 'string' && (known === undefined || known.includes(item));
  if (isList(value) && value.every(isText)) return [];
  return [
    fault(at, known === undefined ? 'expected a list of texts' : `expected a list of ${known.join(', ')}`),
  ];
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function fault(path: Fault['path'], message: string): Fault {
  return { path, message };
}
