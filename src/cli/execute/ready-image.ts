import type { Engine } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { chooseImage } from './run-image.ts';
import type { RunServer } from './run-server.ts';

/** Sees to it that the image which a start would take is on the engine: pulled if it is published, else built. */
export async function readyImage(
  { declared, recorded, source }: RunServer,
  { invocation, engine }: { readonly invocation: Invocation; readonly engine: Engine },
): Promise<void> {
  let { image, onMissing } = await chooseImage(declared, { invocation, engine, recorded, source });
  while ((await engine.inspectImage(image)) === undefined) {
    const next = await onMissing?.(image, invocation.terminal.signal);
    if (next === undefined) return build(declared.name, invocation);
    image = next;
  }
}

async function build(name: string, invocation: Invocation): Promise<void> {
  const { execute } = await import('./build.ts');
  const code = await execute({ ...invocation, positionals: [name] });
  if (code === 0) return;
  throw new McpcatError('image-missing', `there is no image of ${name} yet, and it could not be built`, {
    hint: 'nothing was installed',
  });
}
