import { isolationWanted } from '../../settings/isolation.ts';
import type { Isolated, Wanted } from './isolate-for-run.ts';

/** What of a launch stronger isolation decides; nothing is loaded or asked where nobody wants it. */
export async function isolated({ invocation, settings, ...rest }: Wanted): Promise<Isolated> {
  const name = isolationWanted(settings, invocation.options.text('isolation'));
  if (name === undefined) return { sandbox: rest.sandbox, image: rest.choice.image, labels: {} };
  const { isolatedAs } = await import('./isolate-for-run.ts');
  return isolatedAs(name, { ...rest, terminal: invocation.terminal });
}
