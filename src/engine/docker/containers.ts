import type Docker from 'dockerode';
import type { Duplex, Readable } from 'node:stream';
import { McpcatError } from '../../lib/errors.ts';
import type {
  Attachment,
  ContainerEnd,
  ContainerFacts,
  ContainerSettings,
  ContainerSummary,
  Engine,
  ExecSession,
  Labels,
} from '../engine.ts';
import { createBody } from './body.ts';
import { demux } from './demux.ts';
import type { Calls } from './calls.ts';
import { statusOf } from './failure.ts';
import { attachmentOf } from './streams.ts';

type ContainerCalls = Pick<
  Engine,
  | 'createContainer'
  | 'attachContainer'
  | 'followErrors'
  | 'startContainer'
  | 'waitContainer'
  | 'killContainer'
  | 'removeContainer'
  | 'inspectContainer'
  | 'listContainers'
  | 'containerLogs'
  | 'containerProcesses'
  | 'containerMemory'
  | 'containerChanges'
  | 'copyOut'
  | 'copyIn'
  | 'exec'
>;

const short = (id: string): string => id.slice(0, 12);

/** The part of the port that deals with containers. */
export function containerCalls(docker: Docker, calls: Calls): ContainerCalls {
  return {
    createContainer: (settings) => calls.quick('create the container', () => create(docker, settings)),
    attachContainer: (id) => calls.quick(`attach to ${short(id)}`, () => attach(docker, id)),
    followErrors: (id) => calls.quick(`follow ${short(id)}`, () => followErrors(docker, id)),
    startContainer: (id) =>
      calls.quick(`start ${short(id)}`, async () => void (await docker.getContainer(id).start())),
    waitContainer: (id, until) => calls.patient(`wait for ${short(id)}`, () => wait(docker, id, until)),
    async killContainer(id, signal) {
      // 404: gone; 409: not running.
      await calls.tolerant(`signal ${short(id)}`, [404, 409], () => docker.getContainer(id).kill({ signal }));
    },
    async removeContainer(id) {
      // 409: its removal is already in progress.
      await calls.tolerant(`remove ${short(id)}`, [404, 409], () =>
        docker.getContainer(id).remove({ force: true, v: true }),
      );
    },
    inspectContainer: (id) => calls.tolerant(`inspect ${short(id)}`, [404], () => inspect(docker, id)),
    listContainers: (labels) => calls.quick('list containers', () => list(docker, labels)),
    containerLogs: (id, { tail }) =>
      calls.quick(`read the logs of ${short(id)}`, () => logs(docker, id, tail)),
    containerProcesses: (id) =>
      calls.quick(`list the processes of ${short(id)}`, () => processes(docker, id)),
    containerMemory: (id) => calls.quick(`measure ${short(id)}`, () => memory(docker, id)),
    containerChanges: (id) => calls.quick(`compare ${short(id)} with its image`, () => changes(docker, id)),
    copyOut: (id, path) =>
      calls.quick(`copy ${path} out of ${short(id)}`, async () =>
        readable(await docker.getContainer(id).getArchive({ path })),
      ),
    copyIn: (id, path, tar) =>
      calls.quick(`copy into ${path} of ${short(id)}`, async () => {
        await docker.getContainer(id).putArchive(tar, { path });
      }),
    exec: (id, command, options) =>
      calls.quick(`exec in ${short(id)}`, () => exec(docker, id, { command, ...options })),
  };
}

async function create(docker: Docker, settings: ContainerSettings): Promise<string> {
  try {
    const container = await docker.createContainer(createBody(settings));
    return container.id;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new McpcatError('image-missing', `the image ${settings.image} is not on this engine`, {
      cause: error,
    });
  }
}

async function attach(docker: Docker, id: string): Promise<Attachment> {
  const socket = await docker
    .getContainer(id)
    .attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  return attachmentOf(duplex(socket));
}

async function followErrors(docker: Docker, id: string): Promise<Readable> {
  const socket = await docker.getContainer(id).attach({ stream: true, stderr: true });
  const { stderr } = demux(readable(socket));
  return stderr;
}

async function wait(
  docker: Docker,
  id: string,
  until: 'next-exit' | 'not-running' | 'removed',
): Promise<ContainerEnd> {
  try {
    return endOf(JSON.parse(await waitBody(docker, id, until)));
  } catch (error) {
    // Gone before we asked: whoever waits for its end has it.
    if (until === 'removed' && statusOf(error) === 404) return { exitCode: 0 };
    throw error;
  }
}

/**
 * The engine sends the head of this answer at once and the body at the end. dockerode's own `wait` listens only for
 * the end of the body, so it would never settle if the engine went away in between; reading the stream does.
 */
async function waitBody(docker: Docker, id: string, condition: string): Promise<string> {
  const request = {
    path: `/containers/${id}/wait?`,
    options: { condition },
    method: 'POST',
    isStream: true,
    statusCodes: { 200: true, 400: 'bad parameter', 404: 'no such container', 500: 'server error' },
  };
  const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    docker.modem.dial(request, (error: unknown, stream: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(stream as NodeJS.ReadableStream);
    });
  });
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  return body;
}

function endOf(answer: unknown): ContainerEnd {
  const body = record(answer);
  const message = record(body['Error'])['Message'];
  return { exitCode: Number(body['StatusCode']), ...(typeof message === 'string' ? { error: message } : {}) };
}

async function inspect(docker: Docker, id: string): Promise<ContainerFacts> {
  const { Id, State, Config } = await docker.getContainer(id).inspect();
  return {
    id: Id,
    state: State.Status,
    exitCode: State.ExitCode,
    outOfMemory: State.OOMKilled,
    pid: State.Pid,
    labels: Config.Labels,
    image: Config.Image,
    startedAt: State.StartedAt,
    finishedAt: State.FinishedAt,
  };
}

async function list(docker: Docker, labels: Labels): Promise<readonly ContainerSummary[]> {
  const label = Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const found = await docker.listContainers({ all: true, filters: { label } });
  return found.map(({ Id, State, Image, Labels: own, Created }) => ({
    id: Id,
    state: State,
    image: Image,
    labels: own,
    created: Created,
  }));
}

async function logs(docker: Docker, id: string, tail: number): Promise<string> {
  const text = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail, follow: false });
  return text.toString();
}

async function processes(docker: Docker, id: string): Promise<readonly string[]> {
  const answer: unknown = await docker.getContainer(id).top({ ps_args: '-eo pid,args' });
  const rows = record(answer)['Processes'];
  // The first column is the pid, the rest the command line.
  return Array.isArray(rows) ? rows.map((row) => (Array.isArray(row) ? row.slice(1).join(' ') : '')) : [];
}

async function memory(docker: Docker, id: string): Promise<{ now: number; peak: number | undefined }> {
  const { memory_stats: stats } = await docker.getContainer(id).stats({ stream: false, 'one-shot': true });
  const peak: unknown = record(stats)['max_usage'];
  const cache = Number(
    record(record(stats)['stats'])['total_inactive_file'] ??
      record(record(stats)['stats'])['inactive_file'] ??
      0,
  );
  return { now: (stats.usage ?? 0) - cache, peak: typeof peak === 'number' ? peak : undefined };
}

async function changes(docker: Docker, id: string): Promise<readonly string[]> {
  const found: unknown = await docker.getContainer(id).changes();
  return Array.isArray(found) ? found.map((change) => String(record(change)['Path'])) : [];
}

async function exec(
  docker: Docker,
  id: string,
  { command, user }: { readonly command: readonly string[]; readonly user?: string },
): Promise<ExecSession> {
  const created = await docker.getContainer(id).exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    ...(user === undefined ? {} : { User: user }),
  });
  const socket = await created.start({ hijack: true, stdin: true, Tty: false });
  const attachment = attachmentOf(duplex(socket));
  return {
    ...attachment,
    async exitCode() {
      const { Running, ExitCode } = await created.inspect();
      return Running ? undefined : (ExitCode ?? undefined);
    },
  };
}

/** dockerode types hijacked sockets as ReadWriteStream; they are net.Sockets. */
function duplex(stream: NodeJS.ReadWriteStream): Duplex {
  return stream as Duplex;
}

function readable(stream: NodeJS.ReadableStream): Readable {
  return stream as Readable;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
