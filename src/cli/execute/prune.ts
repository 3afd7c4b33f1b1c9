import { orphans } from '../../launch/sweep.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute } from '../command.ts';
import { engineOf } from './workshop.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const engine = await engineOf(invocation);
  const found = await orphans(engine);
  const dry = options.flag('dry-run');
  if (!dry) await Promise.all(found.map(({ id }) => engine.removeContainer(id)));
  const lines = found
    .map(
      ({ id, server, state }) =>
        `${dry ? 'would remove' : 'removed'} ${server} (${id.slice(0, 12)}, ${state})\n`,
    )
    .join('');
  terminal.stdout.write(options.flag('json') ? jsonText(found) : lines || 'nothing is left behind\n');
  return 0;
};
