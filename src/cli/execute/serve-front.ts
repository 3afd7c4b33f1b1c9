import { once } from '../../host/once.ts';
import { McpcatError } from '../../lib/errors.ts';
import { clientName } from '../../launch/client-name.ts';
import { serveStdio } from '../../serve/stdio-front.ts';
import type { StopUrgency } from '../../serve/upstream.ts';
import { listenAddress, type ListenAddress } from '../../serve-http/listen-address.ts';
import type { Invocation, Terminal } from '../command.ts';
import type { Around } from './serve-around.ts';
import { told } from './told-to-end.ts';

/** As early as this module is loaded: a client may be gone before there is anything to serve. */
const parent = process.ppid;

/** Serves whoever is there until it is over. Resolves to how urgent the end is: whoever sends a signal hardly waits. */
export async function serveFront(around: Around): Promise<StopUrgency> {
  const { terminal } = around.invocation;
  const { address } = addressIn(around.invocation);
  if (address !== undefined) {
    const { serveOverHttp } = await import('./serve-over-http.ts');
    await serveOverHttp(around, address);
    return 'terminate';
  }
  const { stdin, stdout } = terminal.streams;
  const client = once(() => clientName(terminal.host, { env: terminal.env, parent }));
  return Promise.race([
    serveStdio({ hub: around.hub, stdin, stdout, client, greeted: around.greeted }).then(
      () => 'input-ended' as const,
    ),
    told(terminal).then(() => 'terminate' as const),
    left(terminal).then(() => 'terminate' as const),
  ]);
}

/** `ADDRESS:PORT` or `PORT`: no server of a catalog is called so. */
const addressForm = /^(?!npm:|pypi:|go:)(\S*:)?\d{1,5}$/;

/** Where to listen, and the other words. */
export function addressIn({ options, positionals }: Pick<Invocation, 'options' | 'positionals'>): {
  readonly address: ListenAddress | undefined;
  readonly names: readonly string[];
} {
  if (!options.flag('http')) return { address: undefined, names: positionals };
  const [text = '', ...more] = positionals.filter((word) => addressForm.test(word));
  if (more.length === 0)
    return { address: listenAddress(text), names: positionals.filter((word) => !addressForm.test(word)) };
  throw new McpcatError('usage', `expected one address to listen on, found ${text} and ${more.join(', ')}`);
}

/** Left alone by whoever started us. */
async function left({ host }: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    setInterval(() => {
      if (host.isOrphan(parent)) resolve();
    }, 500).unref();
  });
}
