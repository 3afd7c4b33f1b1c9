import type { ContainerSettings, Engine } from '../../src/engine/engine.ts';

/**
 * What the contract needs of an engine: an image whose process answers lines (test/fixtures/servers/contract.js says
 * which), with a mcpcat-init beside it, and settings to start it with.
 */
export interface Subject {
  readonly engine: Engine;
  readonly settings: ContainerSettings;
}

export type It = (sentence: string, check: (given: Subject) => Promise<void>) => void;

/** A container made from the settings, removed whatever happens. */
export async function inContainer<T>(
  { engine, settings }: Subject,
  work: (id: string) => Promise<T>,
  more: Partial<ContainerSettings> = {},
): Promise<T> {
  const id = await engine.createContainer({ ...settings, ...more });
  try {
    return await work(id);
  } finally {
    await engine.removeContainer(id);
  }
}
