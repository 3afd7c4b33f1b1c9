import { bombs } from './attempts-bombs.ts';
import { network, tunnel } from './attempts-network.ts';
import { files, others, privileges } from './attempts-kernel.ts';
import type { Judge } from './evidence.ts';

/** One way out; the table prints a row for each. */
export interface Attempt {
  readonly title: string;
  readonly judge: Judge;
  /** Why a success in the column of mcpcat is known and not to be stopped here. */
  readonly known?: string;
}

export const groups: Readonly<Record<string, readonly Attempt[]>> = {
  Privileges: privileges,
  Files: files,
  'Process 1, siblings, the engine': others,
  Network: network,
  'Bombs and staying': bombs,
  'The tunnel': tunnel,
};
