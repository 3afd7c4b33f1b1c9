import { removeUnfinished, unfinishedImages } from '../../image-build/unfinished.ts';
import type { ImageFacts } from '../../engine/engine.ts';
import { orphans } from '../../launch/reap.ts';
import { jsonText } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { Execute } from '../command.ts';
import { engineOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const engine = await engineOf(invocation);
  const [containers, images] = await Promise.all([
    orphans(engine, terminal.host),
    unfinishedImages(engine, Date.now()),
  ]);
  const dry = options.flag('dry-run');
  if (!dry) await Promise.all(containers.map(({ id }) => engine.removeContainer(id)));
  const gone = dry ? images : await removeUnfinished(engine, images);
  const found = [...containers, ...gone.map(imageFacts)];
  const lines = found
    .map(
      ({ id, server, state }) =>
        `${dry ? 'would remove' : 'removed'} ${oneLine(server)} (${id.replace('sha256:', '').slice(0, 12)}, ${state})\n`,
    )
    .join('');
  terminal.stdout.write(options.flag('json') ? jsonText(found) : lines || 'nothing is left behind\n');
  return 0;
};

function imageFacts({ id, labels }: ImageFacts): { id: string; server: string; state: string } {
  return { id, server: labels[label.entry] ?? labels[label.base] ?? '', state: 'image of a build' };
}
