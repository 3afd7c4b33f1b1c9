import { McpcatError } from '../../lib/errors.ts';
import { buildEnvironmentsFor, type BuildEnvironments } from '../../pipeline/platforms.ts';
import type { Invocation } from '../command.ts';
import { buildEnvironmentOf } from './build-environment.ts';

/** Of this machine's platform, and of those in `--platforms` or MCPCAT_PLATFORMS. */
export async function buildEnvironmentsOf(invocation: Invocation): Promise<BuildEnvironments> {
  const { options, terminal } = invocation;
  const text = options.text('platforms') ?? terminal.env['MCPCAT_PLATFORMS'] ?? '';
  const platforms = text.split(',').filter((platform) => platform !== '');
  const own = await buildEnvironmentOf(invocation);
  const buildEnvironments = await buildEnvironmentsFor(own, platforms);
  if (buildEnvironments.length > 1 && options.list('base').length > 0)
    throw new McpcatError('usage', '--base: expected one platform only, found --platforms too');
  return buildEnvironments;
}
