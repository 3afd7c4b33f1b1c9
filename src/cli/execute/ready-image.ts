import type { Engine } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { imageTrust } from './image-trust.ts';
import { chooseImage } from './run-image.ts';
import type { RunServer } from './run-server.ts';

/**
 * Sees to it that the image which a start would take is on the engine: pulled if it is published, else built, whether or
 * not somebody is at a terminal. Whoever installs a server waits for it; the client that starts it later would not.
 */
export async function readyImage(
  server: RunServer,
  { invocation, engine }: { readonly invocation: Invocation; readonly engine: Engine },
): Promise<void> {
  const { declared, recorded, source } = server;
  const trust = imageTrust(server, { invocation, engine });
  const setting = { invocation, engine, recorded, source, trust, build: 'missing' } as const;
  const { image, onMissing } = await chooseImage(declared, setting);
  let next: string | undefined = image;
  while (next !== undefined && (await engine.inspectImage(next)) === undefined)
    next = await onMissing?.(next, invocation.terminal.signal);
  if (next !== undefined) return;
  throw new McpcatError('image-missing', `there is no image of ${declared.name} yet`, {
    hint: 'nothing was installed',
  });
}
