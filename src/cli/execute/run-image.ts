import type { CatalogSource } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { imageIn } from '../../catalog/image-name.ts';
import { pulledImage, type RecordedImage } from '../../catalog/quick-image.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { pullProgress } from '../render/pull-progress.ts';

interface Setting {
  readonly invocation: Invocation;
  readonly engine: Engine;
  /** What the catalog says of it; undefined if nobody has published one. */
  readonly recorded: RecordedImage | undefined;
  /** What was built here of a folder comes first. */
  readonly source: CatalogSource;
}

type Choice = Pick<LaunchRequest, 'image' | 'onMissing'>;
type When = 'missing' | 'always' | 'never';

/**
 * Which image a launch takes: that of `--image`; else the one built here; else the one that the catalog names by
 * digest, which is pulled if it is not here. The engine is asked by the very request that creates the container, and
 * nothing of registries is loaded unless something must be pulled.
 */
export async function chooseImage(entry: Entry, setting: Setting): Promise<Choice> {
  const { options } = setting.invocation;
  const pull = options.text('pull') ?? 'missing';
  if (pull !== 'missing' && pull !== 'always' && pull !== 'never')
    throw new McpcatError('usage', `--pull: expected missing, always or never, found "${pull}"`);
  const named = options.text('image');
  return named === undefined ? catalogImage(entry, setting, pull) : namedImage(named, setting, pull);
}

async function catalogImage({ name }: Entry, setting: Setting, pull: When): Promise<Choice> {
  const { recorded: image, source } = setting;
  const fetch = async (signal?: AbortSignal): Promise<string> => {
    const { pullServer } = await import('../../pull/pull-server.ts');
    const { engine, invocation } = setting;
    const { env } = invocation.terminal;
    const aborted = signal === undefined ? {} : { signal };
    const always = pull === 'always';
    const emit = pullProgress(lines(invocation));
    return (await pullServer({ name, image, engine, always, env, emit, ...aborted })).image;
  };
  if (pull === 'always') return { image: await fetch() };
  const built = imageIn(source, name);
  if (image === undefined) return { image: built };
  const pulled = pulledImage(name, image);
  let tried = false;
  const onMissing = async (missing: string, signal: AbortSignal): Promise<string | undefined> => {
    if (missing === built) return pulled;
    if (pull === 'never' || tried) return undefined;
    tried = true;
    return fetch(signal);
  };
  return { image: source.kind === 'folder' ? built : pulled, onMissing };
}

/** By the engine itself, with what it knows of registries. */
async function namedImage(image: string, { invocation, engine }: Setting, pull: When): Promise<Choice> {
  const write = lines(invocation);
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

function lines({ options, terminal }: Invocation): (text: string) => void {
  return options.flag('quiet') ? () => undefined : (text) => terminal.stderr.write(text);
}
