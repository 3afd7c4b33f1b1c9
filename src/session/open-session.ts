import type { Tunnel } from '../egress/tunnel.ts';
import type { Attachment, ContainerSettings, Engine, Labels } from '../engine/engine.ts';
import { isFar } from '../engine/locate/far.ts';
import { McpcatError } from '../lib/errors.ts';
import { randomId } from '../lib/random-id.ts';
import { ownProcess1 } from '../process1/own-process1.ts';
import { initFolder, initName, volumeMount, type Prepared, type Process1 } from '../process1/process1.ts';
import { ownedLabels } from '../sandbox/owner.ts';
import { secretsHandoffOf, settingsOf } from '../sandbox/settings.ts';
import { firstOutput } from './first-output.ts';
import { attachReadBack, type MadeContainer } from './read-back.ts';
import type { Channel, Session, SessionRequest } from './session.ts';
import { holdSideChannel, type SideChannel } from './side-channel.ts';
import { Supervisor } from './supervisor.ts';
import { defaultTimeouts, type Timeouts } from './timeouts.ts';

/** What one session is made of; the rest comes as the start goes on. */
interface Parts {
  readonly request: SessionRequest;
  /** Of every container that this session makes. */
  readonly labels: Labels;
  /** The container's. */
  readonly name: string;
  /** Where the volume of process 1 is in it. */
  readonly folder: string;
  readonly process1: Process1;
  readonly timeouts: Timeouts;
  readonly supervisor: Supervisor;
  readonly stopped: AbortController;
  readonly started: PromiseWithResolvers<undefined>;
  readonly tunnel: PromiseWithResolvers<Tunnel | undefined>;
  /** Path of process 1 in it, as soon as that is prepared. */
  init: string;
  attachment?: Attachment;
  sideChannel?: SideChannel;
}

/** Starts one server in a container of its own (session.ts). Nothing is waited for here, and nothing is thrown. */
export function openSession(request: SessionRequest): Session {
  const timeouts = timeoutsOf(request);
  const random = randomId();
  const name = `mcpcat-${request.sandbox.name}-${random}`;
  const supervisor = new Supervisor(request.engine, { name, timeouts });
  const folder = initFolder(random);
  const labels = ownedLabels(request.labels);
  const parts: Parts = {
    request,
    labels,
    name,
    folder,
    init: `${folder}/${initName}`,
    process1: process1Of(request, labels),
    timeouts,
    supervisor,
    stopped: new AbortController(),
    started: Promise.withResolvers(),
    tunnel: Promise.withResolvers(),
  };
  parts.tunnel.promise.catch(() => undefined); // who waits for it hears of it
  const opened = open(parts).catch((error: unknown) => {
    supervisor.fail(error);
    return undefined;
  });
  void supervisor.ended.then(() => letGo(parts));
  return {
    opened,
    started: parts.started.promise,
    ended: supervisor.ended,
    stop: (urgency) => {
      parts.stopped.abort();
      supervisor.stop(urgency);
    },
    close: async () => {
      parts.stopped.abort();
      supervisor.stop('kill');
      // What is on its way is not let out of sight.
      await Promise.race([opened, supervisor.ended]);
      letGo(parts);
      parts.attachment?.destroy();
      return supervisor.remove();
    },
  };
}

function process1Of({ engine, cache, process1 }: SessionRequest, labels: Labels): Process1 {
  return process1 ?? ownProcess1({ engine, cache, labels });
}

function timeoutsOf({ graceMs = 0, timeouts }: SessionRequest): Timeouts {
  const all = { ...defaultTimeouts, ...timeouts };
  return { ...all, afterInputEndMs: all.afterInputEndMs + graceMs };
}

/** The server has ended, or is given up. */
function letGo({ sideChannel, started, tunnel }: Parts): void {
  sideChannel?.release();
  started.resolve(undefined);
  tunnel.resolve(undefined);
}

/** Something that was known of an image may have changed since; twice in a row it is no accident. */
const maxChanges = 2;

async function open(parts: Parts, image = parts.request.image, changes = 0): Promise<Channel | undefined> {
  const { request, timeouts, supervisor } = parts;
  const { engine } = request;
  const made = await supervisor.unlessOver(create(parts, image));
  if (made === undefined) return supervisor.giveUp();
  const { id } = made;
  const watching = Promise.withResolvers<void>();
  supervisor.created(id, engine.waitContainer(id, 'next-exit', watching.resolve));
  const { folder } = parts;
  const reading = { request, folder, attach: (it: string) => attach(parts, it) };
  const attaching = Promise.all([attachReadBack(reading, made), watching.promise]);
  const attached = await supervisor.inTime(attaching, {
    ms: timeouts.attachMs,
    doing: 'attach to the container',
  });
  if (attached === undefined) return undefined;
  const [attachment] = attached;
  if (!supervisor.mayStart()) return supervisor.giveUp();
  if (attachment !== 'changed') return start(parts, { id, attachment });
  if (changes === maxChanges)
    throw new McpcatError('container-differs', `the image ${made.image} changes while it is being started`);
  await supervisor.inTime(supervisor.discard(id), { ms: timeouts.createMs, doing: 'remove the container' });
  return supervisor.over ? undefined : open(parts, made.image, changes + 1);
}

/** Undefined if the end was asked for while an image was on its way. */
async function create(parts: Parts, image: string): Promise<MadeContainer | undefined> {
  const { request, timeouts, supervisor, stopped } = parts;
  try {
    return await supervisor.inTime(make(parts, image), {
      ms: timeouts.createMs,
      doing: 'create the container',
    });
  } catch (error) {
    supervisor.notCreated(error);
    if (!(error instanceof McpcatError) || error.code !== 'image-missing') throw error;
    const { signal } = stopped;
    const other = await request.onMissing?.(image, signal).catch((failure: unknown) => {
      if (signal.aborted) return undefined;
      throw failure;
    });
    if (other === undefined && !signal.aborted) throw error;
    if (other === undefined || signal.aborted) return undefined;
    return create(parts, other);
  }
}

/** There the same path is another folder, or none. What the entry keeps is a volume, and those are the engine's own. */
function refuseFolders({ endpoint }: Pick<Engine, 'endpoint'>, { mounts }: ContainerSettings): void {
  const folder = mounts.find(({ kind }) => kind === 'bind');
  if (folder === undefined || !isFar(endpoint)) return;
  throw new McpcatError(
    'engine-unfit',
    `the engine at ${endpoint} is on another machine, which has no ${folder.source} of this one for ${folder.target}`,
    { hint: 'start this server on an engine of this machine' },
  );
}

async function make(parts: Parts, image: string): Promise<MadeContainer | undefined> {
  const { request, supervisor } = parts;
  const { engine } = request;
  const prepared = await parts.process1.prepare(image);
  parts.init = prepared.init ?? parts.init;
  const asked = settings(parts, image, prepared);
  refuseFolders(engine, asked);
  if (supervisor.ending) return undefined;
  supervisor.creating();
  const creating = engine.createContainer(asked);
  creating
    .then((late) => (supervisor.over ? engine.removeContainer(late) : undefined))
    .catch(() => undefined);
  return { id: await creating, image, prepared, asked };
}

function settings(
  { request, name, folder, init, labels }: Parts,
  image: string,
  { volume, image: ofImage }: Prepared,
): ContainerSettings {
  const { sandbox, removal, graceMs, adjust = (all) => all } = request;
  return adjust({
    name,
    ...settingsOf(sandbox, {
      image,
      labels,
      autoRemove: removal === 'at-end',
      eofGrace: graceMs,
      lease: 'held',
      process1: {
        mount: volume === undefined ? undefined : volumeMount(volume, folder),
        path: init,
        image: ofImage,
      },
    }),
  });
}

async function attach(parts: Parts, id: string): Promise<Attachment> {
  const attachment = await parts.request.engine.attachContainer(id);
  parts.attachment = attachment;
  // Nobody waits for it any more.
  if (parts.supervisor.over) attachment.destroy();
  return attachment;
}

interface Attached {
  readonly id: string;
  readonly attachment: Attachment;
}

/** Hands the secrets over and asks for the start: the rest is done while the engine is at it. */
async function start(parts: Parts, { id, attachment }: Attached): Promise<Channel | undefined> {
  const { request, timeouts, supervisor } = parts;
  if (request.engine.parks === true && (await heldBefore(parts, id)) === 'lost') return supervisor.giveUp();
  const secrets = secretsHandoffOf(request.sandbox);
  if (secrets) attachment.stdin.write(secrets);
  const starting = supervisor.inTime(request.engine.startContainer(id), {
    ms: timeouts.startMs,
    doing: 'start the container',
  });
  const talking = firstOutput(attachment);
  const running = starting.then(
    () => supervise(parts, { id, moment: talking }),
    (error: unknown) => supervisor.fail(error),
  );
  void running.then(() => parts.started.resolve(undefined));
  // The request goes out before our own work, which the engine's gives time for.
  await new Promise((resolve) => setImmediate(resolve));
  const { stdin, stdout, stderr } = await speaker(parts, attachment);
  return { id, init: parts.init, send: stdin, received: stdout, stderr, tunnel: parts.tunnel.promise };
}

interface Holding {
  readonly id: string;
  /** When the lease may be opened. */
  readonly moment: Promise<void>;
}

/** A container that runs already is held before its server starts, and the tunnel is there before the first question. */
async function heldBefore(parts: Parts, id: string): Promise<'held' | 'lost'> {
  await hold(parts, { id, moment: Promise.resolve() }).tunnel.catch(() => undefined);
  await parts.request.onHeld?.(id);
  // Who watches the tunnel hears of it first.
  await new Promise((resolve) => setImmediate(resolve));
  return parts.supervisor.ending ? 'lost' : 'held';
}

/** The server runs: from now on it is held. */
function supervise(parts: Parts, holding: Holding): void {
  if (parts.supervisor.running() && parts.sideChannel === undefined) hold(parts, holding);
}

function hold(parts: Parts, { id, moment }: Holding): SideChannel {
  const { request, timeouts, supervisor, tunnel } = parts;
  parts.sideChannel = holdSideChannel({
    engine: request.engine,
    id,
    init: parts.init,
    sandbox: request.sandbox,
    dial: request.dial,
    moment,
    isEnding: () => supervisor.ending,
    onLost: (message) => supervisor.lose(message),
    onAttempt: request.onAttempt,
    policy: request.policy,
    onTunnelClosed: (message) => request.onTunnelClosed?.(message),
    tunnelMs: timeouts.tunnelMs,
  });
  parts.sideChannel.tunnel.then(tunnel.resolve, tunnel.reject);
  return parts.sideChannel;
}

/** The server as one that speaks on its standard streams. Of HTTP nothing is loaded where it does. */
async function speaker({ request, supervisor, tunnel }: Parts, attachment: Attachment): Promise<Attachment> {
  const { http } = request.sandbox;
  if (http === undefined) return attachment;
  const { httpAttachment } = await import('../http-bridge/http-attachment.ts');
  return httpAttachment(attachment, {
    ...http,
    tunnel: tunnel.promise,
    grace: request.graceMs,
    onLost: (message) => supervisor.lose(message),
  });
}
