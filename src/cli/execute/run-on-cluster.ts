import type { Entry } from '../../catalog/entry.ts';
import type { RecordedImage } from '../../catalog/quick-image.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LaunchRequest } from '../../launch/launch.ts';
import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import { imageProcess1 } from '../../process1/image-process1.ts';
import { parkedSettings } from '../../sandbox/parked.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { isolationWanted } from '../../settings/isolation.ts';
import type { Settings } from '../../settings/read.ts';
import type { Invocation } from '../command.ts';
import type { ImageTrust } from './image-trust.ts';

interface Choosing {
  readonly invocation: Invocation;
  readonly recorded: RecordedImage | undefined;
  readonly trust?: ImageTrust | undefined;
}

/**
 * The image that the nodes pull: by its digest, from where the catalog says or as it is named. What must hold of it is
 * verified before, as where it is pulled by ourselves. Rejects with `image-missing`.
 */
export async function clusterImage(
  { name }: Pick<Entry, 'name'>,
  { invocation, recorded, trust }: Choosing,
): Promise<Pick<LaunchRequest, 'image' | 'onMissing'>> {
  const named = invocation.options.text('image');
  if (named !== undefined) return { image: named };
  if (recorded?.repository === undefined)
    throw new McpcatError(
      'image-missing',
      `${name} is in no registry yet, and the nodes of a cluster pull images from one`,
      { hint: `mcpcat publish ${name}` },
    );
  await trust?.verify();
  return { image: `${recorded.repository}@${recorded.digest}` };
}

interface Isolating {
  readonly invocation: Invocation;
  readonly engine: Engine;
  readonly settings: readonly Settings[];
  readonly sandbox: Sandbox;
  readonly choice: Pick<LaunchRequest, 'image'>;
}

/** The isolation that is named; the adapter proves it before it lets a server in, and refuses where none is. */
export function clusterIsolation({ invocation, engine, settings, sandbox, choice: { image } }: Isolating): {
  readonly sandbox: Sandbox;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Beside what every session has. */
  readonly session: Pick<LaunchRequest, 'process1' | 'adjust'>;
} {
  const name = isolationWanted(settings, invocation.options.text('isolation'));
  if (name === undefined) throw unnamed();
  if (name === 'policy' && !invocation.options.flag('quiet'))
    invocation.terminal.stderr.write(
      `mcpcat: ${sandbox.name} HAS A NETWORK that a policy of the cluster shuts, which is less than none: it may reach its own node\n`,
    );
  const network = name === 'policy' ? ({ network: 'kept-out-by-policy' } as const) : {};
  const held = { ...sandbox, isolation: { name, runtime: name, ...network } };
  return {
    sandbox: held,
    image,
    labels: { [label.isolation]: name },
    session: {
      process1: imageProcess1(engine),
      adjust: (asked) => parkedSettings(asked, held),
    },
  };
}

function unnamed(): McpcatError {
  return new McpcatError(
    'engine-unfit',
    'pods have a network of their own, and nothing says what keeps this one shut',
    {
      hint: 'name a RuntimeClass without network, or policy where a NetworkPolicy shuts the namespace',
      inputs: [{ name: 'isolation' }],
    },
  );
}
