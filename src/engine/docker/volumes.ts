import type Docker from 'dockerode';
import { McpcatError } from '../../lib/errors.ts';
import type { Engine, Labels, VolumeFacts } from '../engine.ts';
import type { Calls } from './calls.ts';
import { statusOf } from './failure.ts';
import { fieldsOf } from '../json.ts';

type VolumeCalls = Pick<Engine, 'listVolumes' | 'removeVolume'>;

/** The part of the port that deals with volumes. */
export function volumeCalls(docker: Docker, calls: Calls): VolumeCalls {
  return {
    listVolumes: (labels, { sizes = 'measured' } = {}) =>
      calls.quick('list volumes', () =>
        list(docker, labels, sizes === 'measured' ? sizesOf : () => Promise.resolve(new Map())),
      ),
    removeVolume: (name) =>
      calls.quick(`remove the volume ${name}`, async () => {
        try {
          await docker.getVolume(name).remove();
        } catch (error) {
          if (statusOf(error) === 404) return;
          if (statusOf(error) !== 409) throw error;
          throw new McpcatError('volume-in-use', `the volume ${name} is in use`, { cause: error });
        }
      }),
  };
}

type Measure = (docker: Docker) => Promise<ReadonlyMap<string, number>>;

async function list(docker: Docker, labels: Labels, measure: Measure): Promise<readonly VolumeFacts[]> {
  const label = Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const answer: { readonly Volumes: readonly Docker.VolumeInspectInfo[] | null } = await docker.listVolumes({
    filters: { label },
  });
  const volumes = answer.Volumes ?? []; // some engines say null for none
  if (volumes.length === 0) return [];
  const [containers, sizes] = await Promise.all([docker.listContainers({ all: true }), measure(docker)]);
  return volumes
    .map(({ Name, Labels: own, ...more }) => ({
      name: Name,
      labels: (own as Labels | null) ?? {},
      created: 'CreatedAt' in more && typeof more.CreatedAt === 'string' ? more.CreatedAt : undefined,
      bytes: sizes.get(Name),
      containers: containers
        .filter(({ Mounts }) => Mounts.some((mount) => mount.Type === 'volume' && mount.Name === Name))
        .map(({ Id }) => Id),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** An engine walks all its disk for this, one question at a time: no answer soon is no answer. */
const sizeTimeoutMs = 10_000;

async function sizesOf(docker: Docker): Promise<ReadonlyMap<string, number>> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), sizeTimeoutMs);
  try {
    const usage: unknown = await Promise.race([docker.df().catch(() => undefined), late.promise]);
    return new Map(volumesOf(usage).flatMap(sizeOf));
  } finally {
    clearTimeout(timer);
  }
}

function volumesOf(usage: unknown): readonly unknown[] {
  const volumes = fieldsOf(usage)['Volumes'];
  return Array.isArray(volumes) ? volumes : [];
}

/** -1 is the engine's word for "not measured". */
function sizeOf(volume: unknown): [string, number][] {
  const { Name: name, UsageData: usage } = fieldsOf(volume);
  const size = fieldsOf(usage)['Size'];
  return typeof name === 'string' && typeof size === 'number' && size >= 0 ? [[name, size]] : [];
}
