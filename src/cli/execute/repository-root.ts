import { repositoryRootOf, type RepositoryRoot } from '../../publish/target.ts';
import type { Invocation } from '../command.ts';

/** The registry of `--registry` or MCPCAT_REGISTRY; undefined if there is neither. */
export function repositoryRootFrom({ options, terminal }: Invocation): RepositoryRoot | undefined {
  const text = options.text('registry') ?? terminal.env['MCPCAT_REGISTRY'];
  if (text === undefined || text === '') return undefined;
  return repositoryRootOf(text, { env: terminal.env, signal: terminal.signal });
}
