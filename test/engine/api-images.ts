import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ImageFacts } from '../../src/engine/engine.ts';
import { McpcatError, messageOf } from '../../src/lib/errors.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { labelsOf, refusal, type Route } from './api-route.ts';

/** `GET /info`, `/version`, `/volumes` and all of `/images` and `/build`. */
export function imageRoutes(engine: FakeEngine): Route[] {
  return [...systemRoutes(engine), ...volumeRoutes(engine), ...storeRoutes(engine), ...sourceRoutes(engine)];
}

function systemRoutes(engine: FakeEngine): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/info$/,
      async handle() {
        const facts = await engine.info();
        const { limits } = facts;
        return {
          status: 200,
          body: {
            Architecture: facts.platform === 'linux/arm64' ? 'aarch64' : 'x86_64',
            KernelVersion: facts.kernel,
            OperatingSystem: facts.operatingSystem,
            Driver: facts.storageDriver,
            CgroupVersion: facts.cgroupVersion,
            SecurityOptions: facts.securityOptions.map((name) => `name=${name},profile=default`),
            MemoryLimit: limits.memory,
            SwapLimit: limits.swap,
            CpuCfsQuota: limits.cpu,
            PidsLimit: limits.pids,
            NCPU: facts.cpus,
            MemTotal: facts.memoryBytes,
            Runtimes: Object.fromEntries(facts.runtimes.map((name) => [name, { path: name }])),
          },
        };
      },
    },
    {
      // Podman's own API; its path has a version, as all have.
      method: 'GET',
      path: /^\/libpod\/info$/,
      async handle() {
        const { limits } = await engine.info();
        const names = Object.entries(limits).flatMap(([name, has]) => (has ? [name] : []));
        return { status: 200, body: { host: { cgroupControllers: names } } };
      },
    },
    {
      method: 'GET',
      path: /^\/version$/,
      async handle() {
        const { version, apiVersion, name } = await engine.info();
        const Components = [{ Name: name === 'podman' ? 'Podman Engine' : 'Engine' }];
        return { status: 200, body: { Version: version, ApiVersion: apiVersion, Components } };
      },
    },
  ];
}

function volumeRoutes(engine: FakeEngine): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/volumes$/,
      async handle({ query }) {
        const volumes = await engine.listVolumes(labelsOf(query));
        const Volumes = volumes.map(({ name, labels, created }) => ({
          Name: name,
          Labels: labels,
          CreatedAt: created,
        }));
        // As the daemon says it.
        return { status: 200, body: { Volumes: Volumes.length === 0 ? null : Volumes } };
      },
    },
    {
      method: 'GET',
      path: /^\/system\/df$/,
      async handle() {
        const volumes = await engine.listVolumes({});
        const Volumes = volumes.map(({ name, bytes }) => ({ Name: name, UsageData: { Size: bytes ?? -1 } }));
        return { status: 200, body: { Volumes } };
      },
    },
    {
      method: 'GET',
      path: /^\/volumes\/(.+)$/,
      async handle({ name }) {
        const volume = await engine.inspectVolume(name);
        if (volume === undefined) throw refusal(404, `get ${name}: no such volume`);
        const { labels: Labels, created: CreatedAt } = volume;
        return { status: 200, body: { Name: name, Driver: 'local', Scope: 'local', Labels, CreatedAt } };
      },
    },
    {
      method: 'DELETE',
      path: /^\/volumes\/(.+)$/,
      async handle({ name }) {
        if (!engine.volumes.has(name)) throw refusal(404, `get ${name}: no such volume`);
        await engine.removeVolume(name);
        return { status: 204 };
      },
    },
  ];
}

/** Images that are there. */
function storeRoutes(engine: FakeEngine): Route[] {
  const present = async (name: string): Promise<ImageFacts> => {
    const facts = await engine.inspectImage(name);
    if (facts === undefined) throw refusal(404, `No such image: ${name}`);
    return facts;
  };
  return [
    {
      method: 'GET',
      path: /^\/images\/json$/,
      async handle({ query }) {
        const images = await engine.listImages(labelsOf(query));
        return { status: 200, body: images.map(({ id }) => ({ Id: id })) };
      },
    },
    {
      method: 'GET',
      path: /^\/images\/(.+)\/json$/,
      handle: async ({ name }) => ({ status: 200, body: imageBody(await present(name)) }),
    },
    {
      method: 'POST',
      path: /^\/images\/(.+)\/tag$/,
      async handle({ name, query }) {
        await present(name);
        await engine.tagImage(name, `${query.get('repo') ?? ''}:${query.get('tag') ?? ''}`);
        return { status: 201 };
      },
    },
    {
      method: 'DELETE',
      path: /^\/images\/(.+)$/,
      async handle({ name }) {
        await present(name);
        await engine.removeImage(name);
        return { status: 200, body: [{ Untagged: name }] };
      },
    },
    {
      method: 'GET',
      path: /^\/images\/(.+)\/get$/,
      async handle({ name, response }) {
        await present(name);
        await pipeline(await engine.saveImage(name), response.writeHead(200));
        return undefined;
      },
    },
  ];
}

/** Images that come from elsewhere, with the progress that the daemon streams. */
function sourceRoutes(engine: FakeEngine): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/images\/load$/,
      handle: async ({ request, response }) =>
        streamed(response, async (say) => {
          say({ stream: `Loaded image: ${await engine.loadImage(request)}\n` });
        }),
    },
    {
      method: 'POST',
      path: /^\/images\/create$/,
      async handle({ request, response, query }) {
        const reference = query.get('fromImage') ?? '';
        await buffer(request);
        const tag = query.get('tag');
        const lines: string[] = [];
        await engine.pullImage(tag ? `${reference}:${tag}` : reference, (line) => lines.push(line));
        return streamed(response, async (say) => lines.forEach((status) => say({ status })));
      },
    },
    {
      method: 'POST',
      path: /^\/build$/,
      handle: async ({ request, response, query }) =>
        streamed(response, async (say) => {
          const labels = JSON.parse(query.get('labels') ?? '{}') as Record<string, string>;
          const onOutput = (line: string): void => say({ stream: `${line}\n` });
          say({
            aux: { ID: await engine.buildImage(request, { tag: query.get('t') ?? '', labels, onOutput }) },
          });
        }),
    },
  ];
}

function imageBody(facts: ImageFacts): unknown {
  const [Os, Architecture] = facts.platform.split('/');
  return {
    Id: facts.id,
    RepoTags: facts.tags,
    RepoDigests: facts.digests,
    Size: facts.bytes,
    Os,
    Architecture,
    Created: facts.created,
    Config: {
      Labels: facts.labels,
      User: facts.user,
      Entrypoint: facts.entrypoint,
      Cmd: facts.command,
      Env: facts.env,
      Volumes: Object.fromEntries(facts.volumes.map((folder) => [folder, {}])),
    },
  };
}

/** What fails after the head is an event of the stream, as with the daemon. */
async function streamed(
  response: ServerResponse,
  work: (say: (event: unknown) => void) => Promise<void>,
): Promise<undefined> {
  response.setHeader('content-type', 'application/json');
  const say = (event: unknown): void => void response.write(`${JSON.stringify(event)}\r\n`);
  await work(say).catch((error: unknown) => {
    const message = error instanceof McpcatError ? error.message : messageOf(error);
    say({ errorDetail: { message }, error: message });
  });
  response.end();
  return undefined;
}
