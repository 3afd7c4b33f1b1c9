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
  const volumes: string[] = [];
  for (let at = 1; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-'))
      return {
        source: `image:${word}`,
        version: undefined,
        args: rest.slice(at + 1),
        env: given,
        folders,
        volumes,
      };
    const [option = '', inline] = word.split(/=(.*)/s);
    const value = inline ?? (valuedRunOption.test(option) ? rest[(at += 1)] : undefined);
    if (value === undefined) continue;
    if (option === '-e' || option === '--env') Object.assign(given, setting(value, env));
    if (option === '-v' || option === '--volume') addVolume({ folders, volumes }, value);
    if (option === '--mount') addMount(folders, value);
  }
  return undefined;
}

/** `-e NAME` hands on what docker's own environment has, which is the entry's. */
function setting(text: string, env: Readonly<Record<string, string>>): Record<string, string> {
  const [name = '', value] = text.split(/=(.*)/s);
  const found = value ?? (Object.hasOwn(env, name) ? env[name] : undefined);
  return found === undefined ? {} : { [name]: found };
}

/** `HOST:TARGET[:OPTIONS]`; a drive's colon is not the first one. A name without a slash is a volume. */
function addVolume(
  { folders, volumes }: { readonly folders: Map<string, string>; readonly volumes: string[] },
  text: string,
): void {
  const [, host, target] = /^((?:[A-Za-z]:)?[^:]+):([^:]+)(?::[^:]*)?$/.exec(text) ?? [];
  if (host === undefined || target === undefined) return;
  if (/[\\/~.$]/.test(host)) folders.set(target, host);
  else volumes.push(host);
}

function addMount(folders: Map<string, string>, text: string): void {
  const fields = Object.fromEntries(
    text.split(',').map((field) => field.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  const host = fields['source'] ?? fields['src'];
  const target = fields['target'] ?? fields['dst'] ?? fields['destination'];
  if (host !== undefined && target !== undefined && fields['type'] === 'bind') folders.set(target, host);
}
