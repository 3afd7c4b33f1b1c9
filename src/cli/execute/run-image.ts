import { isBuiltFirst, type CatalogSource } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { imageIn } from '../../catalog/image-name.ts';
import { pulledImage, type RecordedImage } from '../../catalog/quick-image.ts';
import { imageSource } from '../../catalog/source.ts';
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
  /** Where it is from: what was built here of one with locks comes first. */
  readonly source: CatalogSource;
  /** What `--build` says unless the command says it itself. */
  readonly build?: Build;
}

type Choice = Pick<LaunchRequest, 'image' | 'onMissing'>;
type When = 'missing' | 'always' | 'never';
type Build = 'missing' | 'never';

/**
 * Which image a launch takes: that of `--image`; else the one built here; else the one that the catalog names by
 * digest, which is pulled if it is not here; else one that is built now. The engine is asked by the very request that creates the container, and
 * nothing of registries and builds is loaded unless something must be pulled or built.
 */
export async function chooseImage(entry: Entry, setting: Setting): Promise<Choice> {
  const { options } = setting.invocation;
  const pull = options.text('pull') ?? 'missing';
  if (pull !== 'missing' && pull !== 'always' && pull !== 'never')
    throw new McpcatError('usage', `--pull: expected missing, always or never, found "${pull}"`);
  const build = setting.build ?? options.text('build');
  if (build !== undefined && build !== 'missing' && build !== 'never')
    throw new McpcatError('usage', `--build: expected missing or never, found "${build}"`);
  const named = options.text('image');
  return named === undefined
    ? catalogImage(entry, setting, { pull, build })
    : namedImage(named, setting, pull);
}

async function catalogImage(
  { name, source: ofEntry }: Entry,
  setting: Setting,
  { pull, build }: { readonly pull: When; readonly build: Build | undefined },
): Promise<Choice> {
  const { recorded: image, source } = setting;
  const builtFirst = isBuiltFirst(source) && imageSource(ofEntry) === undefined;
  if (pull === 'always') return { image: await pulled(name, { setting, always: true }) };
  const built = imageIn(source, name);
  const recorded = image === undefined ? [] : [pulledImage(name, image)];
  const [first = built, ...others] = builtFirst ? [built, ...recorded] : recorded;
  const isPublished = image?.repository !== undefined;
  const steps: Step[] = [
    ...others.map((other) => () => Promise.resolve(other)),
    ...(pull === 'missing' && isPublished ? [pullStep(name, setting)] : []),
    ...(builtFirst ? [buildStep(name, { setting, build })] : []),
  ];
  return { image: first, onMissing: async (_missing, signal) => steps.shift()?.(signal) };
}

/** What is tried when the engine says that an image is not there: resolves to the next one. */
type Step = (signal: AbortSignal) => Promise<string | undefined>;

function pullStep(name: string, setting: Setting): Step {
  return (signal) => pulled(name, { setting, always: false, signal });
}

async function pulled(
  name: string,
  { setting, always, signal }: { setting: Setting; always: boolean; signal?: AbortSignal },
): Promise<string> {
  const { pullServer } = await import('../../pull/pull-server.ts');
  const { engine, invocation, recorded: image } = setting;
  const { env } = invocation.terminal;
  const aborted = signal === undefined ? {} : { signal };
  const emit = pullProgress(lines(invocation));
  return (await pullServer({ name, image, engine, always, env, emit, ...aborted })).image;
}

/**
 * A person at a terminal sees that it takes a minute; a client gives a server some seconds, and shows nobody what is
 * going on.
 */
function buildStep(
  name: string,
  { setting, build }: { readonly setting: Setting; readonly build: Build | undefined },
): Step {
  return async (signal) => {
    const { invocation, engine } = setting;
    const atTerminal = invocation.terminal.streams.stdin.isTTY;
    if ((build ?? (atTerminal ? 'missing' : 'never')) === 'never')
      throw new McpcatError('image-missing', `${name} has no image on this engine yet`, {
        hint: `mcpcat build ${name}${build === undefined ? ', once, in a terminal: a client does not wait for it' : ''}`,
      });
    const { buildForRun } = await import('./build-for-run.ts');
    return buildForRun(name, { invocation, engine, signal, write: lines(invocation) });
  };
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
