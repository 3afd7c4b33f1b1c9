import type { Env } from '../host/host.ts';
import { McpcatError } from '../lib/errors.ts';
import { networkFromEnvironment, parseProxy, type NetworkSettings } from '../lib/proxy.ts';
import { described, type Json, type Member } from './json.ts';
import type { Problem } from './problems.ts';

/** Keys of the settings file that are about this machine's network. */
export const networkKeys = ['proxy', 'noProxy', 'ca'] as const;

interface Read {
  readonly settings: NetworkSettings;
  readonly problems: readonly Problem[];
}

/** `proxy`, `noProxy` and `ca` of the settings file. */
export function networkIn(members: ReadonlyMap<string, Member>): Read {
  const problems: Problem[] = [];
  const text = (key: string, expected: string): string | undefined => {
    const value = members.get(key)?.value;
    if (value === undefined || value.kind === 'text') return value?.value;
    problems.push(wrong(key, value, expected));
    return undefined;
  };
  const proxy = text('proxy', 'an address in quotes, such as "http://proxy.example.com:3128"');
  problems.push(...proxyProblems(proxy, members.get('proxy')?.value));
  const ca = text('ca', 'a file in quotes, such as "/etc/ssl/company.pem"');
  const list = hostsIn(members.get('noProxy')?.value);
  return { settings: { proxy, noProxy: list.hosts, ca }, problems: [...problems, ...list.problems] };
}

function wrong(key: string, value: Json, expected: string): Problem {
  return { at: value.at, message: `${key}: expected ${expected}, found ${described(value)}` };
}

function proxyProblems(text: string | undefined, value: Json | undefined): Problem[] {
  if (text === undefined || value === undefined) return [];
  try {
    parseProxy(text, 'proxy');
    return [];
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return [{ at: value.at, message: error.message }];
  }
}

function hostsIn(value: Json | undefined): {
  readonly hosts: readonly string[] | undefined;
  readonly problems: readonly Problem[];
} {
  if (value === undefined) return { hosts: undefined, problems: [] };
  const expected = 'a list of hosts in quotes, such as ["intranet.example.com", "10.0.0.0/8"]';
  if (value.kind !== 'array') return { hosts: undefined, problems: [wrong('noProxy', value, expected)] };
  const strange = value.items.filter(({ kind }) => kind !== 'text');
  return {
    hosts: value.items.flatMap((item) => (item.kind === 'text' ? [item.value] : [])),
    problems: strange.map((item) => wrong('noProxy', item, 'a host in quotes')),
  };
}

/** What holds: each key of the first settings file that has it, else of the environment. */
export function networkOf(
  files: readonly { readonly network: NetworkSettings }[],
  env: Env,
): NetworkSettings | undefined {
  const all = [...files.map(({ network }) => network), networkFromEnvironment(env)];
  const found = {
    proxy: all.find(({ proxy }) => proxy !== undefined)?.proxy,
    noProxy: all.find(({ noProxy }) => noProxy !== undefined)?.noProxy,
    ca: all.find(({ ca }) => ca !== undefined)?.ca,
  };
  return found.proxy === undefined && found.ca === undefined ? undefined : found;
}
