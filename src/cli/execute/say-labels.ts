import type { Engine } from '../../engine/engine.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Terminal } from '../command.ts';
import { newlyRelabelled, type Places } from './last-start.ts';

export interface LabelsRequest {
  readonly engine: Pick<Engine, 'info'>;
  /** See `Paths`. */
  readonly labelled: boolean;
  readonly terminal: Places & { readonly stderr: Pick<Terminal['stderr'], 'write'> };
}

/**
 * On an engine that confines containers by SELinux: what of the user's gets the label that containers share, said once,
 * and what keeps its own and can't be read therefore. Resolves to the former. The engine is asked only where files have
 * such labels.
 */
export async function sayLabels(
  { name, mounts }: Pick<Sandbox, 'name' | 'mounts'>,
  { engine, labelled, terminal }: LabelsRequest,
): Promise<readonly string[]> {
  const handed = mounts.filter(({ kind, source }) => kind === 'bind' && source !== '');
  if (!labelled || handed.length === 0) return [];
  if (!(await engine.info()).securityOptions.includes('selinux')) return [];
  const changed = handed.filter(({ relabel }) => relabel === 'allowed').map(({ source }) => source);
  const kept = handed.filter(
    ({ source, relabel }) =>
      relabel === undefined && !changed.some((folder) => source.startsWith(`${folder}/`)),
  );
  const shown = (places: readonly string[]): string => places.map((place) => oneLine(place, 300)).join(', ');
  const fresh = newlyRelabelled(name, changed, terminal);
  if (fresh.length > 0)
    terminal.stderr.write(
      `mcpcat: SELinux: ${shown(fresh)} gets the label that containers share, so that ${name} can use it\n`,
    );
  if (kept.length > 0)
    terminal.stderr.write(
      `mcpcat: SELinux: ${shown(kept.map(({ source }) => source))} keeps its label, with which containers may not be able to read it: hand over a copy that lies elsewhere\n`,
    );
  return changed;
}
