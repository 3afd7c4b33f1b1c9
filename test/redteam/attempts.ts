import { bombs } from './attempts-bombs.ts';
import { network, tunnel } from './attempts-network.ts';
import { files, others, privileges } from './attempts-kernel.ts';
import { agreed, handedFolders, newerCalls, ownImages, secretsAndStreams } from './attempts-promises.ts';
import type { Judge } from './evidence.ts';

/** One way out; the table prints a row for each. */
export interface Attempt {
  readonly title: string;
  readonly judge: Judge;
  /** Why a success in the column of mcpcat is known and not to be stopped here. */
  readonly known?: string;
}

export const groups: Readonly<Record<string, readonly Attempt[]>> = {
  Privileges: [...privileges, ...newerCalls],
  Files: files,
  'Process 1, siblings, the engine': others,
  'Folders that are handed over': handedFolders,
  'What an image says': ownImages,
  'Catalogs, consent, settings': agreed,
  'Secrets, process 1, streams': secretsAndStreams,
  Network: network,
  'Bombs and staying': bombs,
  'The tunnel': tunnel,
};
