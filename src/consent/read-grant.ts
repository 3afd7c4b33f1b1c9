import type { Grant, GrantedTools } from './grant.ts';

/** A grant from a file; undefined for whatever is none. Without schema: zod costs more than the rest of a launch. */
export function readGrant(value: unknown): Grant | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const at = (key: keyof Grant): unknown => Reflect.get(value, key);
  const [pack, repository, digest, mounts, tools] = [
    at('package'),
    at('repository'),
    at('digest'),
    mountsIn(at('mounts')),
    at('tools'),
  ];
  const lists = {
    network: textsIn(at('network')),
    state: textsIn(at('state')),
    writable: textsIn(at('writable')),
    settings: textsIn(at('settings')),
    secrets: textsIn(at('secrets')),
  };
  const { network, state, writable, settings, secrets } = lists;
  const numbers = [at('memoryBytes'), at('cpus'), at('pids'), at('shmBytes')].filter(isAmount);
  const [memoryBytes, cpus, pids, shmBytes] = numbers;
  if (network === undefined || state === undefined || writable === undefined) return undefined;
  if (settings === undefined || secrets === undefined || mounts === undefined) return undefined;
  if (memoryBytes === undefined || cpus === undefined || pids === undefined || shmBytes === undefined)
    return undefined;
  const listed = tools === null ? null : toolsIn(tools);
  const leads = leadsIn(at('leads'));
  if (leads === undefined) return undefined;
  if (typeof pack !== 'string' || !isTextOrNull(repository) || !isTextOrNull(digest) || listed === undefined)
    return undefined;
  return {
    package: pack,
    ...{ repository, digest, network, mounts, state, writable, settings, secrets },
    ...{ memoryBytes, cpus, pids, shmBytes },
    tools: listed,
    ...leads,
  };
}

function leadsIn(value: unknown): Pick<Grant, 'leads'> | undefined {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) return undefined;
  const leads = Object.entries(value).filter((lead): lead is [string, string] => typeof lead[1] === 'string');
  return leads.length === Object.keys(value).length ? { leads: Object.fromEntries(leads) } : undefined;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item): item is string => typeof item === 'string');
  return texts.length === value.length ? texts : undefined;
}

function toolsIn(value: unknown): GrantedTools | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const count: unknown = Reflect.get(value, 'count');
  const given: unknown = Reflect.get(value, 'names');
  if (!isAmount(count)) return undefined;
  if (given === undefined) return { count };
  const names = textsIn(given);
  return names === undefined ? undefined : { count, names };
}

function mountsIn(value: unknown): Grant['mounts'] | undefined {
  if (!Array.isArray(value)) return undefined;
  const mounts = value.flatMap((item: unknown): Grant['mounts'] => {
    if (typeof item !== 'object' || item === null) return [];
    const name: unknown = Reflect.get(item, 'name');
    const mode: unknown = Reflect.get(item, 'mode');
    return typeof name === 'string' && (mode === 'ro' || mode === 'rw') ? [{ name, mode }] : [];
  });
  return mounts.length === value.length ? mounts : undefined;
}
