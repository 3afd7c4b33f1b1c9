import type { System } from '../../host/host.ts';
import type { ClientFile, EntryForm } from '../client.ts';

export const anySystem: readonly System[] = ['linux', 'darwin', 'windows'];

/** The form that most clients have: `command`, `args`, `env`. */
export const plain: EntryForm = { command: 'command', env: 'env', named: false, fixed: {} };
export const typed: EntryForm = { ...plain, fixed: { type: 'stdio' } };

export const mcpServers = { keyPath: ['mcpServers'], isList: false } as const;

export function userFile(path: string, systems: readonly System[] = anySystem): ClientFile {
  return { scope: 'user', systems, path };
}

export function projectFile(path: string): ClientFile {
  return { scope: 'project', systems: anySystem, path };
}
