import { placeOf, type Place } from '../../publish/target.ts';
import type { Invocation } from '../command.ts';

/** The registry of `--registry` or MCPCAT_REGISTRY; undefined if there is neither. */
export function placeFrom({ options, terminal }: Invocation): Place | undefined {
  const text = options.text('registry') ?? terminal.env['MCPCAT_REGISTRY'];
  if (text === undefined || text === '') return undefined;
  return placeOf(text, { env: terminal.env, signal: terminal.signal });
}
