import { stopSessions } from '../../launch/sessions.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { Execute } from '../command.ts';
import { servedNow } from '../../serve-control/served-now.ts';
import { engineOf, whoseOf } from './build-environment.ts';
import { sleeping } from './served-sessions.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const all = options.flag('all');
  if (!all && positionals.length === 0)
    throw new McpcatError('usage', 'expected an id, a server or --all', {
      hint: 'mcpcat ps shows what runs',
    });
  const stopped = await stopSessions(
    await engineOf(invocation),
    { names: positionals, all, sleep: sleeping(await servedNow(terminal)) },
    whoseOf(invocation),
  );
  const lines = stopped.map(({ id, server }) => `stopped ${oneLine(server)} (${id})\n`).join('');
  terminal.stdout.write(options.flag('json') ? jsonText(stopped) : lines || 'nothing of yours runs\n');
  return 0;
};
