import type { Attachment, ContainerFacts, ContainerSettings } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Prepared } from '../process1/process1.ts';
import { refuseDifferences } from '../sandbox/differences.ts';
import type { SessionRequest } from './session.ts';

/** A container that was made and is not started yet. */
export interface MadeContainer {
  readonly id: string;
  readonly image: string;
  readonly prepared: Prepared;
  /** What it shall be. */
  readonly asked: ContainerSettings;
}

interface Reading {
  readonly request: SessionRequest;
  /** Where the volume of process 1 is in it. */
  readonly folder: string;
  readonly attach: (id: string) => Promise<Attachment>;
}

/**
 * Attaches and reads back what the engine has made, at once: neither takes time of its own. Only where process 1 is
 * perhaps still to be put into its volume, the attachment comes after that: for Podman it makes the process, and fails
 * without its program. Rejects with what was read back before anything that the attachment met with.
 */
export async function attachReadBack(reading: Reading, made: MadeContainer): Promise<Attachment | 'changed'> {
  const { id, prepared } = made;
  const early = prepared.volumeState === 'seen' ? reading.attach(id) : undefined;
  early?.catch(() => undefined); // heard below, unless what was read back says more
  if ((await readBack(reading, made)) === 'as-known') return early ?? reading.attach(id);
  void early?.then((attachment) => attachment.destroy()).catch(() => undefined);
  return 'changed';
}

/** What is not as it was asked for is never started. */
async function readBack(
  { request: { engine, accepts }, folder }: Reading,
  { id, prepared, asked }: MadeContainer,
): Promise<'as-known' | 'changed'> {
  const inspecting = engine.inspectContainer(id).then(stillThere);
  const imageId = inspecting.then((facts) => facts.imageId);
  imageId.catch(() => undefined); // whoever waits for what was read hears of it
  const [facts, known] = await Promise.all([inspecting, prepared.confirm({ id, folder, imageId })]);
  // What it was asked for may have been meant for another image.
  if (known === 'changed') return known;
  refuseDifferences(asked, facts.recorded);
  await accepts?.(facts.labels);
  return known;
}

/** Throws `container-missing` where it is gone. */
export function stillThere(facts: ContainerFacts | undefined): ContainerFacts {
  if (facts !== undefined) return facts;
  throw new McpcatError('container-missing', 'the container was removed before it was started');
}
