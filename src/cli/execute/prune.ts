import { removeUnfinished, unfinishedImages } from '../../image-build/unfinished.ts';
import type { ImageFacts, VolumeFacts } from '../../engine/engine.ts';
import { orphans } from '../../launch/reap.ts';
import { removeAll } from '../../launch/remove-all.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { shortId } from '../../lib/short-id.ts';
import { olderVolumes, removeVolumes } from '../../process1/older-volumes.ts';
import { ownedLabels } from '../../sandbox/owner.ts';
import type { Execute } from '../command.ts';
import { engineOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const engine = await engineOf(invocation);
  const cache = terminal.host.folders(terminal.env).cache;
  const [containers, images, volumes] = await Promise.all([
    orphans(engine, terminal.host),
    unfinishedImages(engine, Date.now()),
    olderVolumes({ engine, cache, labels: ownedLabels({ [label.role]: 'test' }) }, Date.now()),
  ]);
  const dry = options.flag('dry-run');
  const ids = containers.map(({ id }) => id);
  const left = dry ? [] : await removeAll(engine, ids);
  const gone = dry ? images : await removeUnfinished(engine, images);
  const emptied = dry ? volumes : await removeVolumes(engine, volumes);
  const found = [
    ...containers.filter(({ id }) => !left.includes(id)),
    ...gone.map(imageFacts),
    ...emptied.map(volumeFacts),
  ];
  const lines = found
    .map(
      ({ id, server, state }) =>
        `${dry ? 'would remove' : 'removed'} ${oneLine(server)} (${shortId(id.replace('sha256:', ''))}, ${state})\n`,
    )
    .join('');
  const nothing = left.length === 0 ? 'nothing is left behind\n' : '';
  terminal.stdout.write(options.flag('json') ? jsonText(found) : lines || nothing);
  if (left.length === 0) return 0;
  const which = left.map(shortId).join(', ');
  throw new McpcatError('engine-failed', `the engine has not removed ${which}`, {
    hint: 'mcpcat prune, once more, or look what its log says',
  });
};

interface Gone {
  readonly id: string;
  readonly server: string;
  readonly state: string;
}

function volumeFacts({ name }: VolumeFacts): Gone {
  return { id: name, server: 'process 1', state: 'volume of an earlier version' };
}

function imageFacts({ id, labels }: ImageFacts): Gone {
  return { id, server: labels[label.entry] ?? labels[label.base] ?? '', state: 'image of a build' };
}
