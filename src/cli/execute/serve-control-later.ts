import { messageOf } from '../../lib/errors.ts';
import type { Control } from '../../serve-control/control.ts';
import type { Hub } from '../../serve/front.ts';
import type { Terminal } from '../command.ts';

/** Milliseconds after which others may see it: the client's first answers come before. */
const laterMs = 300;

/** Lets `ps` and `stop` find this process. Where that can't be, it serves all the same. */
export function controlOf(
  hub: Hub,
  terminal: Terminal,
  say: (line: string) => void,
): { readonly close: () => Promise<void> } {
  let control: Promise<Control | undefined> | undefined;
  const timer = setTimeout(() => {
    control = import('../../serve-control/control.ts')
      .then(async ({ openControl }) => openControl(hub, terminal))
      .catch((error: unknown) => {
        say(`ps and stop can't ask for servers here: ${messageOf(error)}`);
        return undefined;
      });
  }, laterMs).unref();
  return {
    close: async () => {
      clearTimeout(timer);
      (await control)?.close();
    },
  };
}
