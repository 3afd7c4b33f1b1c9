import { McpcatError } from '../../lib/errors.ts';
import type {
  Attachment,
  ContainerEnd,
  ContainerFacts,
  ContainerSettings,
  Engine,
  ExecSession,
  Labels,
} from '../engine.ts';
import { createBody, type Confinement } from './body.ts';
import type { Head } from './answer.ts';
import type { Calls } from './calls.ts';
import type { Dialect } from './dialect.ts';
import type { Identity } from './identify.ts';
import { statusOf } from './failure.ts';
import { containerFacts } from './inspect.ts';
import { attachmentOf } from './streams.ts';
import { untilItFails } from './until-it-fails.ts';
import type { Wire } from './wire.ts';
import { securityNames } from './security-names.ts';
import { fieldsOf, textOf } from '../json.ts';

export type SessionCalls = Pick<
  Engine,
  | 'createContainer'
  | 'attachContainer'
  | 'inspectContainer'
  | 'startContainer'
  | 'waitContainer'
  | 'exec'
  | 'inspectVolume'
>;

const short = (id: string): string => id.slice(0, 12);

/** The part of the port that a client waits for. */
export function sessionCalls(wire: Wire, calls: Calls, identity: Identity): SessionCalls {
  const confined = untilItFails(() => confines(wire));
  return {
    createContainer: (settings) =>
      calls.quick('create the container', async () => {
        const confinement = { confined: mayBeLabelled(settings) && (await confined()) };
        return create(wire, settings, { identity, confinement });
      }),
    attachContainer: (id) => calls.quick(`attach to ${short(id)}`, () => attach(wire, id)),
    inspectContainer: (id) =>
      calls.tolerant(`inspect ${short(id)}`, [404], async () => inspect(wire, id, await identity.identify())),
    inspectVolume: (name) =>
      calls.tolerant(`inspect the volume ${name}`, [404], () => inspectVolume(wire, name)),
    startContainer: (id) =>
      calls.quick(`start ${short(id)}`, async () => {
        await wire.call({ method: 'POST', path: `/containers/${id}/start` });
      }),
    waitContainer: (id, until, onWatching) =>
      calls.patient(`wait for ${short(id)}`, () => wait(wire, { id, until, onWatching })),
    exec: (id, command, options) =>
      calls.quick(`exec in ${short(id)}`, () => exec(wire, id, { command, ...options })),
  };
}

/** Only then is it worth a question. */
function mayBeLabelled({ mounts }: ContainerSettings): boolean {
  return mounts.some(({ relabel }) => relabel === 'allowed');
}

async function confines(wire: Wire): Promise<boolean> {
  const info: unknown = JSON.parse(await wire.call({ method: 'GET', path: '/info' }));
  return securityNames(info).includes('selinux');
}

/** In the words of the engine that was there last time: if its answer comes from another one, all over again. */
async function create(
  wire: Wire,
  settings: ContainerSettings,
  { identity, confinement }: { readonly identity: Identity; readonly confinement: Confinement },
): Promise<string> {
  const dialect = await identity.expected();
  let head: Head | undefined;
  const onHead = (its: Head): void => void (head = its);
  const creating = createAs(wire, settings, { dialect, confinement, onHead });
  const [made] = await Promise.allSettled([creating]);
  if (head === undefined || identity.confirms(head, dialect)) return creating;
  // What the other one understood is not what was meant: it is never started.
  if (made.status === 'fulfilled')
    await wire.call({ method: 'DELETE', path: `/containers/${made.value}?force=1&v=1` });
  return createAs(wire, settings, { dialect: await identity.identify(), confinement });
}

interface CreateAs {
  readonly dialect: Dialect;
  readonly confinement: Confinement;
  readonly onHead?: (head: Head) => void;
}

async function createAs(
  wire: Wire,
  settings: ContainerSettings,
  { dialect, confinement, onHead }: CreateAs,
): Promise<string> {
  if (dialect.volumeLabels === 'lost') await makeVolumes(wire, settings);
  try {
    const named = settings.name === undefined ? '' : `?name=${encodeURIComponent(settings.name)}`;
    const path = `/containers/create${named}`;
    const body = createBody(settings, dialect, confinement);
    const created = wire.call({ method: 'POST', path, body }, onHead);
    // For what follows at once: attach, wait, two to inspect, start.
    wire.warm(5);
    return idIn(await created);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new McpcatError('image-missing', `the image ${settings.image} is not on this engine`, {
      cause: error,
    });
  }
}

/** Each is left as it is where it exists. */
async function makeVolumes(wire: Wire, { mounts }: ContainerSettings): Promise<void> {
  for (const { kind, source, labels } of mounts) {
    if (kind !== 'volume' || source === '' || labels === undefined) continue;
    await wire.call({ method: 'POST', path: '/volumes/create', body: { Name: source, Labels: labels } });
  }
}

async function inspect(wire: Wire, id: string, dialect: Dialect): Promise<ContainerFacts> {
  const answer = await wire.call({ method: 'GET', path: `/containers/${id}/json` });
  return containerFacts(JSON.parse(answer), dialect);
}

/** Some engines say null for no labels. */
async function inspectVolume(
  wire: Wire,
  name: string,
): Promise<{ readonly labels: Labels; readonly created: string | undefined }> {
  const path = `/volumes/${encodeURIComponent(name)}`;
  const body = fieldsOf(JSON.parse(await wire.call({ method: 'GET', path })));
  const labels = Object.entries(fieldsOf(body['Labels'])).map(
    ([key, value]) => [key, String(value)] as const,
  );
  return { labels: Object.fromEntries(labels), created: textOf(body['CreatedAt']) || undefined };
}

async function attach(wire: Wire, id: string): Promise<Attachment> {
  const path = `/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`;
  return attachmentOf(await wire.hijack({ method: 'POST', path }));
}

/** The engine sends the head of this answer at once and the body at the end. */
async function wait(
  wire: Wire,
  { id, until, onWatching }: { id: string; until: string; onWatching: (() => void) | undefined },
): Promise<ContainerEnd> {
  try {
    const path = `/containers/${id}/wait?condition=${until}`;
    return endOf(JSON.parse(await wire.call({ method: 'POST', path }, onWatching)));
  } catch (error) {
    // Gone before we asked: whoever waits for its end has it.
    if (until === 'removed' && statusOf(error) === 404) return { exitCode: 0 };
    throw error;
  }
}

function endOf(answer: unknown): ContainerEnd {
  const body = fieldsOf(answer);
  if (!Number.isInteger(body['StatusCode']))
    throw new McpcatError('engine-failed', 'the engine told the end of the container without an exit code');
  const message = fieldsOf(body['Error'])['Message'];
  // Podman says -1 of one that has never run, Docker 0.
  return {
    exitCode: Math.max(0, Number(body['StatusCode'])),
    ...(typeof message === 'string' ? { error: message } : {}),
  };
}

async function exec(
  wire: Wire,
  id: string,
  { command, user }: { readonly command: readonly string[]; readonly user?: string },
): Promise<ExecSession> {
  const body = {
    Cmd: command,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    ...(user === undefined ? {} : { User: user }),
  };
  const created = idIn(await wire.call({ method: 'POST', path: `/containers/${id}/exec`, body }));
  const start = {
    method: 'POST',
    path: `/exec/${created}/start`,
    body: { Detach: false, Tty: false },
  } as const;
  const attachment = attachmentOf(await wire.hijack(start));
  return {
    ...attachment,
    async exitCode() {
      const facts = fieldsOf(JSON.parse(await wire.call({ method: 'GET', path: `/exec/${created}/json` })));
      return facts['Running'] === true || typeof facts['ExitCode'] !== 'number'
        ? undefined
        : facts['ExitCode'];
    },
  };
}

function idIn(body: string): string {
  const id = fieldsOf(JSON.parse(body))['Id'];
  // It may have made it all the same.
  if (typeof id !== 'string' || id === '')
    throw new McpcatError('engine-failed', 'the engine answered without an id');
  return id;
}
