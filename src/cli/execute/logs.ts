import { followLog } from '../../launch/sessions.ts';
import { McpcatError } from '../../lib/errors.ts';
import { VisibleStream } from '../../lib/visible-stream.ts';
import type { Execute } from '../command.ts';
import { engineOf, whoseOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { positionals, terminal } = invocation;
  const [wanted, ...more] = positionals;
  if (wanted === undefined || more.length > 0)
    throw new McpcatError('usage', 'expected the id or the name of one running server', {
      hint: 'mcpcat ps shows what runs',
    });
  const { log } = await followLog(await engineOf(invocation), wanted, whoseOf(invocation));
  terminal.signal.addEventListener('abort', () => log.destroy());
  const { stdout } = terminal.streams;
  stdout.once('error', () => log.destroy());
  log.pipe(new VisibleStream()).pipe(stdout, { end: false });
  await new Promise<void>((resolve) => log.once('close', resolve));
  return 0;
};
