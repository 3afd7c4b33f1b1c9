import { sessionsWithMemory } from '../../launch/sessions.ts';
import { megabytes } from '../../lib/size.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { engineOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const found = await sessionsWithMemory(await engineOf(invocation));
  const rows = found.map(({ id, server, role, client, session, ageSeconds, memoryBytes, state, project }) => [
    id,
    server,
    role,
    client,
    session,
    age(ageSeconds),
    memoryBytes === undefined ? '' : megabytes(memoryBytes),
    state,
    project,
  ]);
  terminal.stdout.write(
    options.flag('json')
      ? jsonText(found)
      : table(['id', 'server', 'role', 'client', 'session', 'age', 'memory', 'state', 'folder'], rows),
  );
  return 0;
};

function age(seconds: number): string {
  if (seconds < 120) return `${String(seconds)} s`;
  return seconds < 7200
    ? `${String(Math.round(seconds / 60))} min`
    : `${String(Math.round(seconds / 3600))} h`;
}
