import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';

/** Of a command about one server; throws `usage` for none, and for more. */
export function oneServer({ positionals }: Pick<Invocation, 'positionals'>): string {
  const [name, another] = positionals;
  if (name === undefined || another !== undefined)
    throw new McpcatError('usage', 'expected the name of one server', { hint: 'mcpcat list shows them' });
  return name;
}
