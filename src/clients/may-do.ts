import type { ServerStart } from './client-entry.ts';

/** What a server that is none of ours may do today, in one line. */
export function mayDoToday({ command }: ServerStart): string {
  const program = command.split(/[\\/]/).at(-1) ?? '';
  return /^(docker|podman|nerdctl)/.test(program)
    ? 'as that command says: the whole network, what it mounts'
    : 'as you: all your files, the whole network, your keys';
}
