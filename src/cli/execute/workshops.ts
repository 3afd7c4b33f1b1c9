import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import { workshopsFor, type Workshops } from '../../pipeline/platforms.ts';
import type { Invocation } from '../command.ts';
import { workshopOf } from './workshop.ts';

/** Of this machine's platform, and of those in `--platforms` or MCPCAT_PLATFORMS. */
export async function workshopsOf(invocation: Invocation): Promise<(emit: Emit) => Workshops> {
  const { options, terminal } = invocation;
  const text = options.text('platforms') ?? terminal.env['MCPCAT_PLATFORMS'] ?? '';
  const platforms = text.split(',').filter((platform) => platform !== '');
  const own = await workshopOf(invocation);
  const silent = await workshopsFor({ ...own, emit: () => undefined }, platforms);
  if (silent.length > 1 && options.list('base').length > 0)
    throw new McpcatError('usage', '--base: expected one platform only, found --platforms too');
  return (emit) => {
    const [first, ...others] = silent;
    return [{ ...first, emit }, ...others.map((workshop) => ({ ...workshop, emit }))];
  };
}
