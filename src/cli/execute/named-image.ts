import type { Engine } from '../../engine/engine.ts';
import type { LaunchRequest } from '../../launch/launch.ts';

interface Pulling {
  readonly engine: Pick<Engine, 'pullImage'>;
  readonly pull: 'missing' | 'always' | 'never';
  /** For people. */
  readonly write: (text: string) => void;
}

/** By the engine itself, with what it knows of registries. */
export async function namedImage(
  image: string,
  { engine, pull, write }: Pulling,
): Promise<Pick<LaunchRequest, 'image' | 'onMissing'>> {
  const fetch = async (): Promise<void> => engine.pullImage(image, (line) => write(`${line}\n`));
  if (pull === 'always') await fetch();
  if (pull !== 'missing') return { image };
  let tried = false;
  const onMissing = async (): Promise<string | undefined> => {
    if (tried) return undefined;
    tried = true;
    await fetch();
    return image;
  };
  return { image, onMissing };
}
