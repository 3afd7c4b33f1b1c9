import type { Engine } from '../../engine/engine.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import type { Isolation } from '../../sandbox/isolation.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { isolationWanted } from '../../settings/isolation.ts';
import type { Settings } from '../../settings/read.ts';
import type { Invocation, Terminal } from '../command.ts';

export interface Wanted {
  readonly invocation: Invocation;
  readonly engine: Engine;
  readonly settings: readonly Settings[];
  readonly sandbox: Sandbox;
  readonly choice: Pick<LaunchRequest, 'image' | 'onMissing'>;
}

/** What of a launch stronger isolation decides; nothing is loaded or asked where nobody wants it. */
export async function isolated({ invocation, ...rest }: Wanted): Promise<{
  readonly sandbox: Sandbox;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}> {
  const { settings, sandbox, choice, engine } = rest;
  const name = isolationWanted(settings, invocation.options.text('isolation'));
  if (name === undefined) return { sandbox, image: choice.image, labels: {} };
  const { isolationOn } = await import('../../sandbox/isolation.ts');
  const info = await engine.info();
  const isolation = isolationOn(name, info);
  const image = await proved({ ...rest, isolation, info, terminal: invocation.terminal });
  return { sandbox: { ...sandbox, isolation }, image, labels: { [label.isolation]: name } };
}

type Proving = Omit<Wanted, 'invocation'> & {
  readonly isolation: Isolation;
  readonly info: Awaited<ReturnType<Engine['info']>>;
  readonly terminal: Terminal;
};

/** Resolves to the image that it was proved with. Proved once for an engine as it is: a new version is looked at anew. */
async function proved({ engine, isolation, info, choice, sandbox, terminal }: Proving): Promise<string> {
  const { isProved, keepProved } = await import('./proved-runtimes.ts');
  const runtime = [engine.endpoint, info.version, info.kernel, isolation.name, isolation.runtime].join('\n');
  if (isProved(runtime, terminal)) return choice.image;
  const { proveIsolation } = await import('../../test-session/prove-isolation.ts');
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
