import { connectEngine } from '../../engine/connect.ts';
import { McpcatError } from '../../lib/errors.ts';
import { WarmPool } from '../../serve/warm-pool.ts';
import type { Invocation } from '../command.ts';
import { warmCount } from '../warm-count.ts';

/** For pods that are parked before anybody asks for their server. Throws `usage` where the engine parks none. */
export async function warmPool(
  { options, terminal: { env, host } }: Invocation,
  say: (line: string) => void,
): Promise<WarmPool> {
  const count = warmCount(options.text('warm'));
  const engine = await connectEngine({ endpoint: options.text('engine'), env, host });
  if (engine.parks === true) return new WarmPool({ count, say });
  throw new McpcatError('usage', `--warm: ${engine.endpoint} parks no containers`, {
    hint: 'a cluster does: --engine kubernetes://CONTEXT/NAMESPACE',
  });
}
