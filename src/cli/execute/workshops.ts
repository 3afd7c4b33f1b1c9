import { McpcatError } from '../../lib/errors.ts';
import { workshopsFor, type Workshops } from '../../pipeline/platforms.ts';
import type { Invocation } from '../command.ts';
import { workshopOf } from './workshop.ts';

/** Of this machine's platform, and of those in `--platforms` or MCPCAT_PLATFORMS. */
export async function workshopsOf(invocation: Invocation): Promise<Workshops> {
  const { options, terminal } = invocation;
  const text = options.text('platforms') ?? terminal.env['MCPCAT_PLATFORMS'] ?? '';
  const platforms = text.split(',').filter((platform) => platform !== '');
  const own = await workshopOf(invocation);
  const workshops = await workshopsFor(own, platforms);
  if (workshops.length > 1 && options.list('base').length > 0)
    throw new McpcatError('usage', '--base: expected one platform only, found --platforms too');
  return workshops;
}
