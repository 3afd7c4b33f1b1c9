import { readSigning } from '../../attest/read-signing.ts';
import type { Entry } from '../../catalog/entry.ts';
import { quickImage, type RecordedImage } from '../../catalog/quick-image.ts';
import { imageSource } from '../../catalog/source.ts';
import { entryOf } from '../../catalog-index/parse-catalog-index.ts';
import { unsignedCatalog } from '../../catalog-index/catalog-signature.ts';
import type { Emit } from '../../lib/event.ts';
import { pullServer } from '../../pull/pull-server.ts';
import type { Execute, Invocation } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { imageTrust } from './image-trust.ts';
import type { RunServer } from './run-server.ts';
import { sayUnverified } from './say-unverified.ts';
import { namedServers, recordedImage, signingOf, sourceOf } from './view.ts';
import { engineOf, jobsOf, serversOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, engine] = await Promise.all([wantedImages(invocation), engineOf(invocation)]);
  if (options.flag('insecure-unverified')) for (const { name } of servers) sayUnverified(name, invocation);
  await engine.info(); // one clear error instead of one for each server
  const { env, signal } = terminal;
  const jobs = servers.map(({ name, image, entry, ...trusted }) => ({
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
        verify: imageTrust({ declared: entry, recorded: image, ...trusted }, { invocation, engine })?.verify,
      }),
  }));
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'from', 'image', 'digest'],
    row: ({ name, from, image, digest }) => [name, from, image, digest],
  });
};

interface Wanted extends Pick<RunServer, 'signing' | 'source' | 'listedSurface'> {
  readonly name: string;
  readonly image: RecordedImage | undefined;
  readonly entry: Entry;
}

/** Of the servers that were named, or all: from a folder, a catalog.json or its address. */
async function wantedImages(invocation: Invocation): Promise<Wanted[]> {
  const source = sourceOf(invocation);
  if (source.kind === 'folder') {
    const servers = await serversOf(invocation);
    const signing = readSigning(source.folder);
    return servers.map(({ entry }) => ({
      name: entry.name,
      image: imageSource(entry.source) ?? quickImage(source.folder, entry.name),
      entry,
      signing,
      source,
      listedSurface: undefined,
    }));
  }
  const servers = await namedServers(invocation, source);
  const signing = await signingOf(invocation, source);
  if (source.kind === 'url' && signing === undefined && !invocation.options.flag('insecure-unverified'))
    throw unsignedCatalog(source.url);
  return servers.map((server) => ({
    name: server.name,
    image: recordedImage(server.image),
    entry: entryOf(server),
    signing,
    source,
    listedSurface: server.surface?.sha256,
  }));
}
