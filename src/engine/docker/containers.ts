import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import { McpcatError } from '../../lib/errors.ts';
import type { ContainerSummary, Engine, Labels } from '../engine.ts';
import { demux } from './demux.ts';
import type { Calls } from './calls.ts';
import type { Dialect } from './dialect.ts';
import type { Identify } from './identify.ts';
import { statusOf } from './failure.ts';
import { fieldsOf, itemsOf, textOf } from '../json.ts';

type ContainerCalls = Pick<
  Engine,
  | 'followErrors'
  | 'killContainer'
  | 'removeContainer'
  | 'listContainers'
  | 'containerLogs'
  | 'containerProcesses'
  | 'containerMemory'
  | 'containerChanges'
  | 'copyOut'
  | 'copyIn'
>;

const short = (id: string): string => id.slice(0, 12);

/** The part of the port that deals with containers, but for what stands before a server's first answer. */
export function containerCalls(docker: Docker, calls: Calls, identify: Identify): ContainerCalls {
  return {
    followErrors: (id) =>
      calls.quick(`follow ${short(id)}`, async () => {
        refuseSecond(await identify());
        return followErrors(docker, id);
      }),
    async killContainer(id, signal) {
      await calls.quick(`signal ${short(id)}`, () => kill(docker, id, signal));
    },
    async removeContainer(id) {
      // 409: its removal is already in progress.
      await calls.tolerant(`remove ${short(id)}`, [404, 409], () =>
        docker.getContainer(id).remove({ force: true, v: true }),
      );
    },
    listContainers: (labels) => calls.quick('list containers', () => list(docker, labels)),
    containerLogs: (id, { tail }) =>
      calls.quick(`read the logs of ${short(id)}`, () => logs(docker, id, tail)),
    containerProcesses: (id) =>
      calls.quick(`list the processes of ${short(id)}`, () => processes(docker, id)),
    containerMemory: (id) => calls.quick(`measure ${short(id)}`, () => memory(docker, id)),
    containerChanges: (id) =>
      calls.quick(`compare ${short(id)} with its image`, async () => changes(docker, id, await identify())),
    copyOut: (id, path) =>
      calls.quick(`copy ${path} out of ${short(id)}`, async () =>
        readable(await docker.getContainer(id).getArchive({ path })),
      ),
    copyIn: (id, path, tar) =>
      calls.quick(`copy into ${path} of ${short(id)}`, async () => {
        await docker.getContainer(id).putArchive(tar, { path });
      }),
  };
}

/** There is no other call: nothing that a server prints is stored. */
function refuseSecond({ name, furtherAttachment }: Dialect): void {
  if (furtherAttachment === 'harmless') return;
  throw new McpcatError(
    'engine-unfit',
    `a server's errors can't be followed on ${name}: when whoever follows them leaves, the engine ends the server's input`,
    { hint: "its client has them: they are on the client's own record of the server's stderr" },
  );
}

async function followErrors(docker: Docker, id: string): Promise<Readable> {
  const socket = await docker.getContainer(id).attach({ stream: true, stderr: true });
  const { stderr } = demux(readable(socket));
  return stderr;
}

/** 404: gone; 409: not running, which Podman 4 answers with 500. */
async function kill(docker: Docker, id: string, signal: string): Promise<void> {
  try {
    await docker.getContainer(id).kill({ signal });
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 409) return;
    const state: unknown = status === 500 ? (await docker.getContainer(id).inspect()).State.Running : true;
    if (state !== false) throw error;
  }
}

async function list(docker: Docker, labels: Labels): Promise<readonly ContainerSummary[]> {
  const label = Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const listed = await docker.listContainers({ all: true, filters: { label } });
  const found = await Promise.all(listed.map(async (one) => ((await isThere(docker, one)) ? [one] : [])));
  return found.flat().map(({ Id, State, Image, ImageID, Labels: own, Created }) => ({
    id: Id,
    state: State,
    image: Image,
    imageId: ImageID,
    labels: own,
    created: Created,
  }));
}

/**
 * Docker's list comes from a copy of its state. The end of a container that is written down while its removal finishes
 * leaves it in that copy as dead, for as long as the daemon runs, while everything else answers that there is no such
 * container (20.10, after a daemon that was killed came back).
 */
async function isThere(docker: Docker, { Id, State }: Docker.ContainerInfo): Promise<boolean> {
  if (State !== 'dead' && State !== 'removing') return true;
  try {
    await docker.getContainer(Id).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function logs(docker: Docker, id: string, tail: number): Promise<string> {
  const text = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail, follow: false });
  return text.toString();
}

async function processes(docker: Docker, id: string): Promise<readonly string[]> {
  const answer: unknown = await docker.getContainer(id).top({ ps_args: '-eo pid,args' });
  const rows = fieldsOf(answer)['Processes'];
  // The first column is the pid, the rest the command line.
  return Array.isArray(rows) ? rows.map((row) => (Array.isArray(row) ? row.slice(1).join(' ') : '')) : [];
}

async function memory(docker: Docker, id: string): Promise<{ now: number; peak: number | undefined }> {
  const { memory_stats: stats } = await docker.getContainer(id).stats({ stream: false, 'one-shot': true });
  const peak: unknown = fieldsOf(stats)['max_usage'];
  const cache = Number(
    fieldsOf(fieldsOf(stats)['stats'])['total_inactive_file'] ??
      fieldsOf(fieldsOf(stats)['stats'])['inactive_file'] ??
      0,
  );
  return { now: (stats.usage ?? 0) - cache, peak: typeof peak === 'number' ? peak : undefined };
}

async function changes(docker: Docker, id: string, { ownChanges }: Dialect): Promise<readonly string[]> {
  const found: unknown = await docker.getContainer(id).changes();
  return itemsOf(found)
    .map((change) => textOf(fieldsOf(change)['Path']))
    .filter((path) => !ownChanges.has(path));
}

function readable(stream: NodeJS.ReadableStream): Readable {
  return stream as Readable;
}
