import { text } from 'node:stream/consumers';
import type { ContainerSettings, Engine, EngineInfo } from '../engine/engine.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { within } from '../lib/within.ts';
import { hasOwnKernel, type Isolation } from '../sandbox/isolation.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { answersIn, probeWords, type Answer, type Attempt } from '../engine/probe-answers.ts';
import { inTestSession } from './test-session.ts';

/** Milliseconds from create to the probe's last word; a virtual machine boots in it. */
const proveMs = 60_000;

const attempts = [
  { what: 'read', target: '/proc/version' },
  { what: 'route', target: '192.0.2.1' },
  { what: 'write', target: '/usr' },
] as const satisfies readonly Attempt[];

export interface Proof {
  readonly engine: Engine;
  /** Any with our process 1. */
  readonly image: string;
  readonly sandbox: Sandbox;
  readonly isolation: Isolation;
  readonly info: Pick<EngineInfo, 'kernel'>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Starts one container that only looks around, before a server is trusted to a runtime: whether it starts at all, has
 * a kernel of its own where it should, no network and a closed root. Rejects with `engine-unfit` if not, and with
 * `image-missing` if there is no such image.
 */
export async function proveIsolation(proof: Proof): Promise<void> {
  const { isolation, info } = proof;
  const said = await lookAround(proof).catch((error: unknown) => {
    if (error instanceof McpcatError && error.code === 'image-missing') throw error;
    throw unfit(isolation, `it does not start a container (${messageOf(error)})`, error);
  });
  const [kernel, route, write] = answersIn(said, attempts);
  if (kernel?.verdict !== 'ok')
    throw unfit(
      isolation,
      `the probe in its container did not tell its kernel (${kernel?.detail ?? said.slice(0, 200)})`,
    );
  if (hasOwnKernel(isolation) && kernel.detail.split(' ').includes(info.kernel))
    throw unfit(
      isolation,
      `a container there has the kernel of the engine's machine (${info.kernel}), and none of its own`,
    );
  refuseOpen(isolation, 'a way to other networks', route);
  refuseOpen(isolation, 'a root that can be written', write);
}

function refuseOpen(isolation: Isolation, what: string, answer: Answer | undefined): void {
  if (answer?.verdict !== 'no') throw unfit(isolation, `a container there has ${what}`);
}

/** The probe in the server's place, in a session as any other: the one place where containers are started. */
async function lookAround({ engine, image, sandbox, isolation, labels }: Proof): Promise<string> {
  const { http: _, ...bare } = sandbox;
  const request = {
    ...{ engine, image, labels },
    sandbox: { ...bare, mounts: [], handed: [], written: [], secrets: {}, network: [], isolation },
    dial: () => Promise.reject(new Error('the probe has no tunnel')),
    onAttempt: () => undefined,
    adjust: (settings: ContainerSettings): ContainerSettings => ({
      ...settings,
      env: {},
      entrypoint: (settings.entrypoint ?? []).slice(0, 1),
      command: probeWords(attempts),
    }),
  };
  return inTestSession(request, async ({ attachment }) => {
    const whole = await within(text(attachment.stdout), proveMs);
    if (whole === undefined) throw new Error('no answer in time');
    return whole;
  });
}

function unfit({ name, runtime }: Isolation, why: string, cause?: unknown): McpcatError {
  return new McpcatError(
    'engine-unfit',
    `the runtime ${runtime} does not isolate as ${name} should: ${why}`,
    {
      hint: `a failed start can leave processes of ${runtime} that the engine does not know: look for them with ps`,
      cause,
    },
  );
}
