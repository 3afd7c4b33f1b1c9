import { isBuiltFirst, type CatalogSource } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import { imageIn } from '../../catalog/image-name.ts';
import { pulledImage, type RecordedImage } from '../../catalog/quick-image.ts';
import { imageSource } from '../../catalog/source.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import type { ImageTrust } from './image-trust.ts';
import type { PullForRun } from './pull-for-run.ts';

interface Setting {
  readonly invocation: Invocation;
  readonly engine: Engine;
  /** What the catalog says of it; undefined if nobody has published one. */
  readonly recorded: RecordedImage | undefined;
  /** Where it is from: what was built here of one with locks comes first. */
  readonly source: CatalogSource;
  /** What must hold of what the catalog names; undefined where nobody signs it. */
  readonly trust?: ImageTrust | undefined;
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
    : (await import('./named-image.ts')).namedImage(named, {
        engine: setting.engine,
        pull,
        write: lines(setting.invocation),
      });
}

async function catalogImage(
  { name, source: ofEntry }: Entry,
  setting: Setting,
  { pull, build }: { readonly pull: When; readonly build: Build | undefined },
): Promise<Choice> {
  const { recorded: image, source } = setting;
  const builtFirst = isBuiltFirst(source) && imageSource(ofEntry) === undefined;
  if (pull === 'always') return { image: await pulled(name, { setting, when: 'always' }) };
  const built = imageIn(source, name);
  const recorded = image === undefined ? [] : [recordedStep(name, { setting, pull, builtFirst })];
  const first = builtFirst ? undefined : await recorded[0]?.();
  const steps: Step[] = [
    ...(builtFirst ? recorded : []),
    ...(pull === 'missing' && image?.repository !== undefined ? [pullStep(name, setting)] : []),
    ...(builtFirst ? [buildStep(name, { setting, build })] : []),
  ];
  return { image: first ?? built, onMissing: (_missing, signal) => next(steps, signal) };
}

/** What is tried when the engine says that an image is not there: resolves to the next one, or to none. */
type Step = (signal?: AbortSignal) => Promise<string | undefined>;

async function next(steps: Step[], signal: AbortSignal): Promise<string | undefined> {
  let found: string | undefined;
  while (found === undefined && steps.length > 0) found = await steps.shift()?.(signal);
  return found;
}

interface Recorded {
  readonly setting: Setting;
  readonly pull: 'missing' | 'never';
  readonly builtFirst: boolean;
}

/** What was pulled before: nothing is loaded where nobody signs it, or where it was found to hold. */
function recordedStep(name: string, { setting, pull, builtFirst }: Recorded): Step {
  return async (signal) => {
    const { trust, recorded } = setting;
    if (recorded !== undefined && trust?.isVerified() !== false) return pulledImage(name, recorded);
    const { verifiedForRun } = await import('./pull-for-run.ts');
    const otherwise = builtFirst ? 'build' : 'nothing';
    return verifiedForRun(name, pulling(setting, signal), { pull, otherwise });
  };
}

function pullStep(name: string, setting: Setting): Step {
  return (signal) => pulled(name, { setting, when: 'missing', signal });
}

async function pulled(
  name: string,
  {
    setting,
    when,
    signal,
  }: { setting: Setting; when: 'always' | 'missing'; signal?: AbortSignal | undefined },
): Promise<string> {
  return (await import('./pull-for-run.ts')).pullForRun(name, pulling(setting, signal), when);
}

function pulling(
  { engine, invocation, recorded: image, trust }: Setting,
  signal: AbortSignal | undefined,
): PullForRun {
  return { engine, image, trust, env: invocation.terminal.env, write: lines(invocation), signal };
}

function buildStep(
  name: string,
  { setting, build }: { readonly setting: Setting; readonly build: Build | undefined },
): Step {
  return async (signal) => {
    const { invocation, engine } = setting;
    const { buildMissing } = await import('./build-missing.ts');
    return buildMissing(name, { invocation, engine, build, signal, write: lines(invocation) });
  };
}

function lines({ options, terminal }: Invocation): (text: string) => void {
  return options.flag('quiet') ? () => undefined : (text) => terminal.stderr.write(text);
}
