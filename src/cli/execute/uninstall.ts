import { existsSync } from 'node:fs';
import { clientFile } from '../../clients/client-files.ts';
import { planUninstall } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Execute } from '../command.ts';
import { chosenTargets } from './client-choice.ts';
import { writeClients } from './write-clients.ts';

export const execute: Execute = async (invocation) => {
  const names = [...new Set(invocation.positionals)];
  if (names.length === 0)
    throw new McpcatError('usage', 'expected the names of servers', { hint: 'mcpcat clients shows them' });
  const targets = chosenTargets(invocation).filter(({ client, scope, around }) => {
    const file = clientFile(client, scope, around);
    return file === undefined || existsSync(file);
  });
  const changes = await Promise.all(targets.map((target) => planUninstall(target, names)));
  return writeClients(changes, invocation, {
    command: `uninstall ${names.join(' ')}`,
    unchanged: 'nothing of that name is there',
  });
};
