import { quickImage, type RecordedImage } from '../../catalog/quick-image.ts';
import { imageSource } from '../../catalog/source.ts';
import type { Emit } from '../../lib/event.ts';
import { pullServer } from '../../pull/pull-server.ts';
import type { Execute, Invocation } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { namedServers, recordedImage, sourceOf } from './view.ts';
import { engineOf, jobsOf, serversOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, engine] = await Promise.all([wantedImages(invocation), engineOf(invocation)]);
  await engine.info(); // one clear error instead of one for each server
  const { env, signal } = terminal;
  const jobs = servers.map(({ name, image }) => ({
    name,
    work: (emit: Emit) =>
      pullServer({
        name,
        image,
        engine,
        always: options.flag('force'),
        env,
        emit,
        signal,
      }),
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'from', 'image', 'digest'],
    row: ({ name, from, image, digest }) => [name, from, image, digest],
  });
};

interface Wanted {
  readonly name: string;
  readonly image: RecordedImage | undefined;
}

/** Of the servers that were named, or all: from a folder, a catalog.json or its address. */
async function wantedImages(invocation: Invocation): Promise<Wanted[]> {
  const source = sourceOf(invocation);
  if (source.kind === 'folder') {
    const servers = await serversOf(invocation);
    return servers.map(({ entry: { name, source: text } }) => ({
      name,
      image: imageSource(text) ?? quickImage(source.folder, name),
    }));
  }
  const servers = await namedServers(invocation, source);
  return servers.map(({ name, image }) => ({ name, image: recordedImage(image) }));
}
