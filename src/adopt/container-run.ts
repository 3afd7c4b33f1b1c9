import { ownValue } from '../lib/own-value.ts';
import { valuedRunOption } from '../pasted/container-line.ts';
import type { StartedServer } from './started.ts';

/** `run -i --rm -e KEY -v /a:/b IMAGE ARGS` → image, arguments, settings, folders; undefined if it runs no image. */
export function containerRun(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): StartedServer | undefined {
  const rest = words[0] === 'container' ? words.slice(1) : words;
  if (rest[0] !== 'run') return undefined;
  const given: Record<string, string> = {};
  const folders = new Map<string, string>();
  const readOnly = new Set<string>();
  const volumes: string[] = [];
  const envFiles: string[] = [];
  const handedOn: string[] = [];
  for (let at = 1; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-'))
      return {
        source: `image:${word}`,
        version: undefined,
        args: rest.slice(at + 1),
        env: given,
        folders,
        readOnly,
        volumes,
        envFiles,
        handedOn,
      };
    const [option = '', inline] = word.split(/=(.*)/s);
    const value = inline ?? (valuedRunOption.test(option) ? rest[(at += 1)] : undefined);
    if (value === undefined) continue;
    if (option === '-e' || option === '--env') {
      const found = setting(value, env);
      if (found === undefined) handedOn.push(value);
      else given[found[0]] = found[1];
    }
    if (option === '-v' || option === '--volume') addVolume({ folders, readOnly, volumes }, value);
    if (option === '--mount') addMount({ folders, readOnly }, value);
    if (option === '--env-file') envFiles.push(value);
  }
  return undefined;
}

/** `-e NAME` hands on what docker's own environment has, which is the entry's, or its client's: undefined. */
function setting(
  text: string,
  env: Readonly<Record<string, string>>,
): readonly [name: string, value: string] | undefined {
  const [name = '', value] = text.split(/=(.*)/s);
  const found = value ?? ownValue(env, name);
  return found === undefined ? undefined : [name, found];
}

interface Volumes {
  readonly folders: Map<string, string>;
  readonly readOnly: Set<string>;
  readonly volumes: string[];
}

/** `HOST:TARGET[:OPTIONS]`; a drive's colon is not the first one. A name without a slash is a volume. */
function addVolume({ folders, readOnly, volumes }: Volumes, text: string): void {
  const [, host, target, options = ''] = /^((?:[A-Za-z]:)?[^:]+):([^:]+)(?::([^:]*))?$/.exec(text) ?? [];
  if (host === undefined || target === undefined) return;
  if (!/[\\/~.$]/.test(host)) volumes.push(host);
  else {
    folders.set(target, host);
    if (options.split(',').includes('ro')) readOnly.add(host);
  }
}

function addMount({ folders, readOnly }: Omit<Volumes, 'volumes'>, text: string): void {
  const fields = new Map(text.split(',').map((field) => keyed(field)));
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined);
  const host = first('source', 'src');
  const target = first('target', 'dst', 'destination');
  if (host === undefined || target === undefined || fields.get('type') !== 'bind') return;
  folders.set(target, host);
  if (!['false', undefined].includes(first('readonly', 'ro'))) readOnly.add(host);
}

/** `key=value`, or `key` alone. */
function keyed(field: string): readonly [string, string] {
  const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(field) ?? [];
  return [key, value];
}
