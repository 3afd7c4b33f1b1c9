import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import type { Attachment } from '../../src/engine/engine.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import type { FakeContainer } from '../rig/fake-engine/fake-container.ts';
import type { FakeExec } from '../rig/fake-engine/fake-exec.ts';
import { factsBody, settingsOf } from './api-bodies.ts';
import { bodyOf, labelsOf, multiplex, refusal, type Fields, type Route } from './api-route.ts';

/** All of `/containers` and `/exec`. */
export function containerRoutes(engine: FakeEngine): Route[] {
  const bodies: Bodies = new Map();
  return [...lifeRoutes(engine, bodies), ...viewRoutes(engine, bodies), ...execRoutes(engine)];
}

/** By its id or its name. */
function containerOf(engine: FakeEngine, name: string): FakeContainer | undefined {
  const { containers } = engine;
  return containers.get(name) ?? [...containers.values()].find(({ settings }) => settings.name === name);
}

/** What each container was made from, as it came. */
type Bodies = Map<string, Fields>;

function lifeRoutes(engine: FakeEngine, bodies: Bodies): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/containers\/create$/,
      async handle({ request, query }) {
        const body = await bodyOf(request);
        const name = query.get('name');
        const id = await engine.createContainer({ ...settingsOf(body), ...(name === null ? {} : { name }) });
        bodies.set(id, body);
        return { status: 201, body: { Id: id } };
      },
    },
    {
      method: 'POST',
      path: /^\/containers\/(.+)\/start$/,
      async handle({ name }) {
        await engine.startContainer(name);
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: /^\/containers\/(.+)\/wait$/,
      async handle({ name, query, response }) {
        const until = query.get('condition') as 'next-exit' | 'not-running' | 'removed';
        if (containerOf(engine, name) === undefined) throw refusal(404, `No such container: ${name}`);
        // The head says that the engine watches; the body comes at the end.
        const end = await engine.waitContainer(name, until, () => response.writeHead(200).flushHeaders());
        response.end(JSON.stringify({ StatusCode: end.exitCode }));
        return undefined;
      },
    },
    {
      method: 'POST',
      path: /^\/containers\/(.+)\/kill$/,
      async handle({ name, query }) {
        const state = containerOf(engine, name)?.state;
        if (state === undefined) throw refusal(404, `No such container: ${name}`);
        if (state !== 'running') throw refusal(409, `Container ${name} is not running`);
        await engine.killContainer(name, query.get('signal') ?? '');
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: /^\/containers\/(.+)$/,
      async handle({ name }) {
        if (containerOf(engine, name) === undefined) throw refusal(404, `No such container: ${name}`);
        await engine.removeContainer(name);
        return { status: 204 };
      },
    },
  ];
}

function viewRoutes(engine: FakeEngine, bodies: Bodies): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/containers\/(.+)\/attach$/,
      async handle({ name, response, query }) {
        if (query.get('stdin') !== null)
          throw refusal(400, 'only a connection that is handed over has an input');
        const stderr = await engine.followErrors(name);
        response.writeHead(200).flushHeaders();
        multiplex({ stderr }, response);
        return undefined;
      },
      async hijack({ name }) {
        return joined(await engine.attachContainer(name));
      },
    },
    {
      method: 'GET',
      path: /^\/containers\/json$/,
      async handle({ query }) {
        const found = await engine.listContainers(labelsOf(query));
        return {
          status: 200,
          body: found.map(({ id, state, image, imageId, labels, created }) => ({
            Id: id,
            State: state,
            Image: image,
            ImageID: imageId,
            Labels: labels,
            Created: created,
            Mounts: (engine.containers.get(id)?.settings.mounts ?? []).map(({ kind, source }) => ({
              Type: kind,
              Name: source,
            })),
          })),
        };
      },
    },
    {
      method: 'GET',
      path: /^\/containers\/(.+)\/json$/,
      async handle({ name }) {
        const facts = await engine.inspectContainer(name);
        if (facts === undefined) throw refusal(404, `No such container: ${name}`);
        const image = engine.images.get(facts.image).facts;
        return { status: 200, body: factsBody(facts, bodies.get(facts.id) ?? {}, image) };
      },
    },
    {
      method: 'GET',
      path: /^\/containers\/(.+)\/(logs|top|stats|changes)$/,
      handle: async ({ name, request }) => ({
        status: 200,
        body: await view(engine, name, /\/(\w+)(\?|$)/.exec(request.url?.replace(/.*\//, '/') ?? '')?.[1]),
      }),
    },
    {
      method: 'GET',
      path: /^\/containers\/(.+)\/archive$/,
      async handle({ name, query, response }) {
        const tar = await engine.copyOut(name, query.get('path') ?? '');
        await pipeline(tar, response.writeHead(200));
        return undefined;
      },
    },
    {
      method: 'PUT',
      path: /^\/containers\/(.+)\/archive$/,
      async handle({ name, query, request }) {
        await engine.copyIn(name, query.get('path') ?? '', request);
        return { status: 200 };
      },
    },
  ];
}

async function view(engine: FakeEngine, name: string, what: string | undefined): Promise<unknown> {
  switch (what) {
    case 'top': {
      const lines = await engine.containerProcesses(name);
      return { Titles: ['PID', 'COMMAND'], Processes: lines.map((line, index) => [String(index + 1), line]) };
    }
    case 'stats': {
      const { now, peak } = await engine.containerMemory(name);
      // What the kernel could take back at once counts into its usage.
      const cache = { total_inactive_file: 4096 };
      return { memory_stats: { usage: now + 4096, max_usage: peak, stats: cache } };
    }
    case 'changes': {
      const paths = await engine.containerChanges(name);
      return paths.length === 0 ? null : paths.map((Path) => ({ Path, Kind: 1 }));
    }
    default:
      return engine.containerLogs(name, { tail: 1 });
  }
}

function execRoutes(engine: FakeEngine): Route[] {
  const execs = new Map<string, { readonly container: string; readonly body: Fields; started?: FakeExec }>();
  return [
    {
      method: 'POST',
      path: /^\/containers\/(.+)\/exec$/,
      async handle({ name, request }) {
        const body = await bodyOf(request);
        const state = containerOf(engine, name)?.state;
        if (state === undefined) throw refusal(404, `No such container: ${name}`);
        if (state !== 'running') throw refusal(409, `Container ${name} is not running`);
        const id = `e${String(execs.size)}`;
        execs.set(id, { container: name, body });
        return { status: 201, body: { Id: id } };
      },
    },
    {
      method: 'POST',
      path: /^\/exec\/(.+)\/start$/,
      handle: () => Promise.reject(refusal(400, 'the connection must be handed over')),
      async hijack({ name }) {
        const exec = execs.get(name);
        if (exec === undefined) throw refusal(404, `No such exec instance: ${name}`);
        const { Cmd: command, User: user } = exec.body;
        const words = Array.isArray(command) ? command.map(String) : [];
        const session = await engine.exec(exec.container, words, typeof user === 'string' ? { user } : {});
        const started = engine.containers.get(exec.container)?.execs.at(-1);
        execs.set(name, { ...exec, ...(started === undefined ? {} : { started }) });
        return joined(session);
      },
    },
    {
      method: 'GET',
      path: /^\/exec\/(.+)\/json$/,
      handle: async ({ name }) => {
        const code = execs.get(name)?.started?.exitCode;
        return { status: 200, body: { Running: code === undefined, ExitCode: code ?? null } };
      },
    },
  ];
}

/** A process's streams over one connection. */
function joined(attachment: Attachment): (connection: Duplex) => void {
  return (connection) => {
    // When the process has ended, the engine closes both ways.
    multiplex(attachment, {
      write: (chunk) => connection.write(chunk),
      once: (event, call) => connection.once(event, call),
      end: () => connection.end(() => connection.destroy()),
    });
    connection.on('data', (chunk: Buffer) => void attachment.stdin.write(chunk));
    connection.once('end', () => attachment.stdin.end());
    connection.once('close', () => attachment.destroy());
  };
}
