import type { JsonObject } from '../../src/lib/json-value.ts';
import { failure, Part, type Message, type Request } from '../../src/serve/message.ts';
import type { ServedServer } from '../../src/serve/served-server.ts';
import type { OpenUpstream, Upstream, UpstreamEvents } from '../../src/serve/upstream.ts';
import type { RevisionSurface, Surface } from '../../src/surface/surface.ts';

type Answer = JsonObject | 'wait' | { readonly error: JsonObject };

export interface Script {
  readonly name?: string;
  readonly tools?: readonly (JsonObject & { readonly name: string })[];
  readonly prompts?: readonly (JsonObject & { readonly name: string })[];
  readonly resources?: readonly (JsonObject & { readonly uri: string })[];
  readonly resourceTemplates?: readonly (JsonObject & { readonly uriTemplate: string })[];
  readonly capabilities?: JsonObject;
  readonly instructions?: string;
  readonly protocolVersion?: string;
  /** What it lists when it runs, where that is not what was recorded. */
  readonly liveTools?: () => readonly (JsonObject & { readonly name: string })[];
  /** Instead of what it lists when it runs; undefined: that. */
  readonly lists?: (request: Request) => Answer | undefined;
  /** Nobody has recorded what it offers. */
  readonly unrecorded?: boolean;
  /** `wait`: the test answers later, or never. Of other methods than those of the start. */
  readonly answer?: (request: Request) => Answer;
  /** Each start: rejects to fail it, or waits. */
  readonly starting?: (count: number) => Promise<void>;
}

/** One life of the scripted server. */
export interface Life {
  readonly received: Message[];
  send(message: Message): void | Promise<void>;
  answer(id: string | number, result: JsonObject): void;
  /** It ends by itself. */
  die(cause: string): void;
  isStopped: boolean;
  isClosed: boolean;
}

/**
 * A server that speaks the real protocol and does what a test says, in the order that the test chooses: no real server
 * dies, waits or asks at a moment that can be named.
 */
export class ScriptedServer {
  readonly lives: Life[] = [];
  readonly learned: RevisionSurface[] = [];
  starts = 0;
  readonly #script: Script;

  constructor(script: Script = {}) {
    this.#script = script;
  }

  get served(): ServedServer {
    return {
      name: this.#script.name ?? 'scripted',
      open: this.#open,
      isReviewed: this.#script.unrecorded !== true,
      surface: () => (this.#script.unrecorded === true ? undefined : this.#surface()),
      learned: (surface) => void this.learned.push(surface),
      pin: (recorded, { tools }) => {
        const known = new Map(recorded.tools.map((tool) => [tool.name, JSON.stringify(tool)]));
        const fitting = tools.filter((tool) => known.get(tool.name) === JSON.stringify(tool));
        const findings = tools
          .filter((tool) => !fitting.includes(tool))
          .map(({ name }) => `${name} is new or changed`);
        return { tools: fitting, findings };
      },
    };
  }

  /** The life that runs now. */
  get life(): Life {
    const life = this.lives.at(-1);
    if (life === undefined) throw new Error('it was not started');
    return life;
  }

  /** What it was sent since it was started last, by method. */
  requests(method: string): readonly Request[] {
    return this.lives.flatMap(({ received }) =>
      received.filter((one): one is Request => one.kind === 'request' && one.method === method),
    );
  }

  #surface(): Surface {
    const { tools = [], prompts = [], resources = [], resourceTemplates = [], instructions } = this.#script;
    return {
      surfaceVersion: 1,
      dependsOn: 'nothing',
      triedSettings: [],
      revisions: [
        {
          protocolVersion: this.#script.protocolVersion ?? '2025-11-25',
          serverInfo: { name: this.#script.name ?? 'scripted', version: '1' },
          capabilities: this.#capabilities(),
          ...(instructions === undefined ? {} : { instructions }),
          varies: [],
          ...{ tools, prompts, resources, resourceTemplates },
        },
      ],
    };
  }

  #capabilities(): JsonObject {
    return (
      this.#script.capabilities ?? {
        tools: {},
        prompts: {},
        resources: { subscribe: true },
        logging: {},
        completions: {},
      }
    );
  }

  readonly #open: OpenUpstream = async (events, { signal }) => {
    this.starts += 1;
    await this.#script.starting?.(this.starts);
    signal.throwIfAborted();
    return this.#live(events);
  };

  #live(events: UpstreamEvents): Upstream {
    const ended = Promise.withResolvers<string>();
    const life: Life = {
      received: [],
      send: (message) => events.message(message),
      answer: (id, result) => void events.message({ kind: 'result', id, result: Part.ofValue(result) }),
      die: ended.resolve,
      isStopped: false,
      isClosed: false,
    };
    this.lives.push(life);
    return {
      send: (message) => {
        life.received.push(message);
        if (message.kind === 'request') queueMicrotask(() => this.#answer(life, message));
        return true;
      },
      ended: ended.promise,
      stop: () => {
        life.isStopped = true;
        ended.resolve('exited with 0');
      },
      close: async () => {
        life.isClosed = true;
        ended.resolve('removed');
        return Promise.resolve();
      },
    };
  }

  #answer(life: Life, request: Request): void {
    const answer =
      this.#script.lists?.(request) ?? this.#ofStart(request) ?? this.#script.answer?.(request) ?? {};
    if (answer === 'wait') return;
    const { error } = answer;
    if (typeof error !== 'object' || error === null) return life.answer(request.id, answer);
    void life.send({ ...failure(request.id, 0, ''), error: Part.ofValue(error) });
  }

  #ofStart({ method }: Request): JsonObject | undefined {
    const surface = this.#surface().revisions[0];
    if (surface === undefined) return undefined;
    const { tools, prompts, resources, resourceTemplates, serverInfo, capabilities, protocolVersion } =
      surface;
    switch (method) {
      case 'initialize':
        return { protocolVersion, serverInfo, capabilities };
      case 'server/discover':
        return { supportedVersions: [protocolVersion], capabilities, resultType: 'complete' };
      case 'tools/list':
        return { tools: this.#script.liveTools?.() ?? tools };
      case 'prompts/list':
        return { prompts };
      case 'resources/list':
        return { resources };
      case 'resources/templates/list':
        return { resourceTemplates };
      default:
        return undefined;
    }
  }
}
