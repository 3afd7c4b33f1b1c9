import { oneLine } from '../lib/plain-text.ts';
import type { Entry } from './entry.ts';

/** What a server may reach, in a few words: one cell of a table. */
export function permissionSummary({ permissions }: Entry): string {
  const { network, mounts, state } = permissions;
  const hosts = network.some(isEverything) ? 'the whole internet' : few(network);
  const folders = mounts.map(({ name, mode, kind = 'folder' }) => `${kind} ${name} (${mode})`).join(', ');
  const kept = state.map(({ name }) => `keeps ${name}`).join(', ');
  return [hosts, folders, kept].filter((part) => part !== '').join('; ') || 'nothing';
}

/** As many of the first as fit; at least one. */
function few(hosts: readonly string[], room = 60): string {
  const all = hosts.join(', ');
  if (all.length <= room || hosts.length === 1) return all;
  const fitting = hosts.filter((_, index) => hosts.slice(0, index + 1).join(', ').length < room - 12);
  const shown = hosts.slice(0, Math.max(1, fitting.length));
  return `${shown.join(', ')} and ${String(hosts.length - shown.length)} more`;
}

/** What a person wants to know first, in one sentence. */
export function permissionHeadline({ permissions: { network, mounts }, env }: Entry): string {
  const net = network.some(isEverything)
    ? 'reaches THE WHOLE INTERNET'
    : network.length === 0
      ? 'reaches no network'
      : `reaches only ${few(network)}`;
  const written = mounts.some(({ mode }) => mode === 'rw');
  const files =
    mounts.length === 0
      ? 'sees none of your files'
      : `sees of your files what you hand it${written ? ', and writes there if you say so' : ', to read'}`;
  const secrets = Object.values(env).filter(({ secret }) => secret).length;
  const keys =
    secrets === 0
      ? 'gets no secret'
      : secrets === 1
        ? 'gets one secret'
        : `gets up to ${String(secrets)} secrets`;
  return `It ${net}, ${files}, and ${keys}.`;
}

/** The same in sentences, one a line. */
export function permissionSentences({ permissions, limits, env, shm }: Entry): string[] {
  const { network, mounts, state, writable } = permissions;
  return [
    networkSentence(network),
    ...(mounts.length === 0 ? ['Your files: none.'] : mounts.map(mountSentence)),
    ...state.map(stateSentence),
    `Written folders that vanish with it: ${writable.join(', ') || 'none'}. Everything else is read-only.`,
    ...settingsSentence(env),
    `Limits: ${limits.memory} of memory, ${String(limits.cpus)} processor(s), ${String(limits.pids)} processes${shm === undefined ? '' : `, ${shm} of shared memory`}.`,
  ];
}

/** Characters of an entry's own words between ours: what is longer could fill the lines below it. */
const maxDescriptionLength = 300;

/** All that it would be given, not only what is secret: a key of the user's may have any name. */
function settingsSentence(env: Entry['env']): string[] {
  const names = Object.entries(env).map(([name, { secret }]) => (secret ? `${name} (secret)` : name));
  if (names.length === 0) return [];
  return [`Settings it is given, if the client's environment has them: ${names.join(', ')}.`];
}

/** `*` and `*:8443` alike: no host is out of reach. */
function isEverything(host: string): boolean {
  return host === '*' || host.startsWith('*:');
}

function networkSentence(network: readonly string[]): string {
  if (network.length === 0) return 'Network: none.';
  if (network.some(isEverything))
    return `Network: THE WHOLE INTERNET. It declares that it must reach any host, on ${portsText(network)}.`;
  return `Network: only ${network.join(', ')}.`;
}

/** What `*` means: never every port, because the tunnel listens on those it is told of. */
function portsText(network: readonly string[]): string {
  const written = network.filter(isEverything).map((host) => host.slice(2) || '443 and 80');
  return `port${written.length === 1 && written[0] !== '443 and 80' ? '' : 's'} ${written.join(' and ')}`;
}

function stateSentence({ name, target, description }: Entry['permissions']['state'][number]): string {
  return `Kept from run to run, in a volume of the engine: "${name}", seen as ${target}: ${oneLine(description, maxDescriptionLength)}`;
}

function mountSentence({
  name,
  target,
  mode,
  required,
  many,
  samePath,
  kind,
  description,
}: Entry['permissions']['mounts'][number]): string {
  const access = mode === 'rw' ? 'read, and written if you allow it' : 'read';
  const several = many === true ? '; several may be handed over' : '';
  const place =
    samePath === true
      ? `seen at the path that it has on your machine${several}`
      : `seen as ${target}${several}${many === true ? ', each below it' : ''}`;
  return `${kind === 'file' ? 'File' : 'Folder'} "${name}" (${required ? 'required' : 'optional'}), ${access}, ${place}: ${oneLine(description, maxDescriptionLength)}`;
}
