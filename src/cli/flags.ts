import type { Input, InputName } from '../lib/input.ts';

/** What the command line calls the inputs of the core, and the form of their values. */
const flags: Readonly<Record<InputName, readonly [flag: string, form?: string]>> = {
  accept: ['--accept'],
  'accept-missing': ['--accept-missing', 'memory|swap|cpu|pids'],
  allow: ['--allow', 'HOST[:PORT]'],
  'allow-local': ['--allow-local', 'PORT'],
  base: ['--base', 'KIND=IMAGE'],
  catalog: ['--catalog', 'DIR|FILE|URL'],
  'cool-down': ['--cool-down', 'DAYS'],
  cpus: ['--cpus', 'NUMBER'],
  'deny-network': ['--deny-network'],
  'extra-setting': ['--extra-env', 'NAME[=VALUE]'],
  isolation: ['--isolation', 'NAME'],
  local: ['--local'],
  memory: ['--memory', 'SIZE'],
  mirror: ['--mirror', 'URL'],
  mount: ['--mount', 'NAME=PATH[:ro|rw|rw-all]'],
  name: ['--name', 'NAME'],
  'newest-base': ['--newest-base'],
  pids: ['--pids', 'NUMBER'],
  platform: ['--platform', 'PLATFORM'],
  'pull-request': ['--pr'],
  registry: ['--registry', 'HOST/PREFIX'],
  repair: ['mcpcat doctor --fix'],
  save: ['--save', 'DIR'],
  setting: ['--env', 'NAME[=VALUE]'],
  'settings-file': ['--env-file', 'FILE'],
  snapshot: ['--snapshot', 'URL'],
  tool: ['--tool', 'NAME'],
  unverified: ['--insecure-unverified'],
  unproved: ['--unproved'],
};

/** As it is typed: `--memory 1g`, or its form where the value is the user's to choose. */
export function flagText({ name, value }: Input): string {
  const [flag, form] = flags[name];
  return [flag, value ?? form].filter((part) => part !== undefined).join(' ');
}

/** What to do next, with the flags that do it: `a checkout has one: --catalog DIR`. Undefined if there is nothing to say. */
export function hintText(hint: string | undefined, inputs: readonly Input[] = []): string | undefined {
  if (inputs.length === 0) return hint;
  return `${hint ?? 'see'}${hint === undefined ? '' : ':'} ${inputs.map(flagText).join(' ')}`;
}
