import type { Entry } from '../catalog/entry.ts';
import { McpcatError } from '../lib/errors.ts';
import { coversRule, parseHostRule } from '../lib/host-rule.ts';
import { parseHostRules } from '../lib/host-rules.ts';
import { bytesOf } from '../lib/size.ts';
import { described, type Json } from './json.ts';
import type { Problem } from './problems.ts';

/** What the file says of one server, key by key. */
export interface Given {
  readonly network: Json | undefined;
  readonly denyNetwork: Json | undefined;
  readonly memory: Json | undefined;
  readonly cpus: Json | undefined;
  readonly pids: Json | undefined;
}

/** Hosts that the entry does not permit, and whatever is no list of hosts. */
export function networkProblems(entry: Entry, { network, denyNetwork }: Given): Problem[] {
  const what = `${entry.name}.network`;
  const flag =
    denyNetwork === undefined || denyNetwork.kind === 'boolean'
      ? []
      : [wrong(denyNetwork, `${entry.name}.denyNetwork: expected true or false`)];
  if (network === undefined) return flag;
  if (network.kind !== 'array') return [...flag, wrong(network, `${what}: expected a list of hosts`)];
  const noText = network.items.filter(({ kind }) => kind !== 'text');
  if (noText.length > 0)
    return [...flag, ...noText.map((item) => wrong(item, `${what}: expected a host in quotes`))];
  const texts = network.items.flatMap((item) => (item.kind === 'text' ? [item.value] : []));
  const { problems } = parseHostRules(texts, what);
  const placed = problems.map(({ index, ...problem }) => ({
    ...problem,
    at: network.items[index]?.at ?? network.at,
  }));
  const wider =
    placed.length > 0 ? [] : network.items.filter((_, index) => !isDeclared(entry, texts[index] ?? ''));
  return [...flag, ...placed, ...wider.map((item) => undeclared(entry, item))];
}

function isDeclared({ permissions }: Entry, text: string): boolean {
  const rule = parseHostRule(text, '');
  return permissions.network.some((declared) => coversRule(parseHostRule(declared, ''), rule));
}

function undeclared({ name, permissions: { network } }: Entry, item: Json): Problem {
  const declared =
    network.length === 0
      ? 'no host, because the entry declares none'
      : `what the entry declares (${network.join(', ')}) or less`;
  return {
    ...wrong(item, `${name}.network: expected ${declared}`),
    hint: 'this file only restricts; a host is added for one run',
    inputs: [{ name: 'allow' }],
  };
}

/** Limits above the entry's, and whatever is no limit. */
export function limitProblems(entry: Entry, { memory, cpus, pids }: Given): Problem[] {
  return [
    ...memoryProblems(entry, memory),
    ...numberProblems(entry, { key: 'cpus', value: cpus }),
    ...numberProblems(entry, { key: 'pids', value: pids }),
  ];
}

/** Less than this no runtime starts with. */
const minMemoryBytes = 16 * 1024 ** 2;

function memoryProblems({ name, limits }: Entry, value: Json | undefined): Problem[] {
  if (value === undefined) return [];
  const what = `${name}.memory`;
  if (value.kind !== 'text') return [wrong(value, `${what}: expected a size in quotes, such as "256m"`)];
  try {
    const bytes = bytesOf(value.value, what);
    if (bytes < minMemoryBytes) return [wrong(value, `${what}: expected at least 16m`)];
    return bytes <= bytesOf(limits.memory, 'limits.memory')
      ? []
      : [tooMuch(value, { what, max: limits.memory, input: 'memory' })];
  } catch (error) {
    if (error instanceof McpcatError) return [{ at: value.at, message: error.message }];
    throw error;
  }
}

const min = { cpus: 0.01, pids: 2 } as const;

function numberProblems(
  { name, limits }: Entry,
  { key, value }: { key: 'cpus' | 'pids'; value: Json | undefined },
): Problem[] {
  if (value === undefined) return [];
  const what = `${name}.${key}`;
  const whole = key === 'pids';
  if (value.kind !== 'number' || value.value < min[key] || (whole && !Number.isInteger(value.value)))
    return [
      wrong(value, `${what}: expected a ${whole ? 'whole ' : ''}number of at least ${String(min[key])}`),
    ];
  if (value.value <= limits[key]) return [];
  return [tooMuch(value, { what, max: String(limits[key]), input: key })];
}

function tooMuch(
  value: Json,
  { what, max, input }: { what: string; max: string; input: 'memory' | 'cpus' | 'pids' },
): Problem {
  return {
    ...wrong(value, `${what}: expected at most the entry's ${max}`),
    hint: 'this file only restricts; more is given to one run',
    inputs: [{ name: input }],
  };
}

function wrong(value: Json, expected: string): Problem {
  return { at: value.at, message: `${expected}, found ${described(value)}` };
}
