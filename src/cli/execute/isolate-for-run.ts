import type { Engine } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { label } from '../../lib/labels.ts';
import { isolationOn, type Isolation } from '../../sandbox/isolation.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Settings } from '../../settings/read.ts';
import { proveIsolation } from '../../test-session/prove-isolation.ts';
import type { Invocation, Terminal } from '../command.ts';
import { isProved, keepProved } from './proved-runtimes.ts';

export interface Wanted {
  readonly invocation: Invocation;
  readonly engine: Engine;
  readonly settings: readonly Settings[];
  readonly sandbox: Sandbox;
  readonly choice: Pick<LaunchRequest, 'image' | 'onMissing'>;
}

export interface Isolated {
  readonly sandbox: Sandbox;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

type Isolating = Omit<Wanted, 'invocation' | 'settings'> & { readonly terminal: Terminal };

/** One start under a runtime of the engine, which is proved to isolate before. Throws `engine-unfit`. */
export async function isolatedAs(name: string, wanted: Isolating): Promise<Isolated> {
  const info = await wanted.engine.info();
  const isolation = isolationOn(name, info);
  const image = await proved({ ...wanted, isolation, info });
  return { sandbox: { ...wanted.sandbox, isolation }, image, labels: { [label.isolation]: name } };
}

type Proving = Isolating & {
  readonly isolation: Isolation;
  readonly info: Awaited<ReturnType<Engine['info']>>;
};

/** Resolves to the image that it was proved with. Proved once for an engine as it is: a new version is looked at anew. */
async function proved({ engine, isolation, info, choice, sandbox, terminal }: Proving): Promise<string> {
  const runtime = [engine.endpoint, info.version, info.kernel, isolation.name, isolation.runtime].join('\n');
  if (isProved(runtime, terminal)) return choice.image;
  const labels = { [label.role]: 'test', [label.server]: sandbox.name };
  let { image } = choice;
  for (;;) {
    try {
      await proveIsolation({ engine, image, sandbox, isolation, info, labels });
      keepProved(runtime, terminal);
      return image;
    } catch (error) {
      if (!(error instanceof McpcatError) || error.code !== 'image-missing') throw error;
      const other = await choice.onMissing?.(image, new AbortController().signal);
      if (other === undefined) throw error;
      image = other;
    }
  }
}
