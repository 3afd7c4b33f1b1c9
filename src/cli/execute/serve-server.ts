import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { catalogId } from '../../catalog/catalog-source.ts';
import { once } from '../../host/once.ts';
import { label } from '../../lib/labels.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Profile } from '../../profile/profile.ts';
import { sessionUpstream, type Prepare } from '../../serve/session-upstream.ts';
import type { WarmPool } from '../../serve/warm-pool.ts';
import type { ServedServer } from '../../serve/served-server.ts';
import { approvalsFile } from '../../surface/approvals-file.ts';
import type { OwnStart } from '../../surface/own-surface.ts';
import { servedSurface, type ServedSurface } from '../../surface/served-surface.ts';
import type { Surface } from '../../surface/surface.ts';
import type { PreparedRun } from './prepare-run.ts';
import type { ChosenServer } from './serve-choice.ts';
import type { KnownServer } from './serve-known.ts';
import type { Given } from './serve-missing.ts';
import { serverLog, type Write } from './server-log.ts';

interface Around {
  /** `reviewedSurfaces` of the catalog that they are all from. */
  readonly reviewed: (name: string) => Promise<Surface | undefined>;
  readonly profile: Profile | undefined;
  readonly given: Given;
  readonly write: Write;
  readonly say: (line: string) => void;
  /** Where sessions are made beforehand. */
  readonly warm?: WarmPool | undefined;
  /** Called when a server runs. */
  readonly onStarted: (engine: PreparedRun['session']['engine']) => void;
}

/** A server of the catalog for the hub: what is known of it, and how it is started as this user starts it. */
export async function servedServer(chosen: ChosenServer, around: Around): Promise<ServedServer> {
  const surface = await surfaceOf(chosen, around);
  const { sharing } = chosen.server.declared;
  const prepare = preparing(chosen, around);
  const takeWarm = around.warm?.of({ server: chosen.name, prepare, sharing });
  return { ...surface, name: chosen.name, sharing, open: sessionUpstream(prepare, takeWarm) };
}

/**
 * Each time anew: what was agreed to, set or built since counts for the next start. What a start needs is
 * loaded with the first, from a file of its own (scripts/bundle.ts): a client's first answers wait for none of it.
 */
function preparing({ name, invocation }: ChosenServer, { write, onStarted }: Around): Prepare {
  return async ({ session: id, client }) => {
    const { prepareRun } = await import('./prepare-run.ts');
    const { entry, session, remember } = await prepareRun(name, invocation);
    const { network, onTunnelClosed, labels, ...rest } = session;
    const log = serverLog(name, write);
    const isNoisy = entry.exceptions.some(({ finding }) => finding === 'stdout-noise');
    return {
      network,
      request: {
        ...rest,
        labels: {
          ...labels,
          [label.session]: id,
          ...(client === '' ? {} : { [label.client]: client.slice(0, 40) }),
        },
        onTunnelClosed,
        dial: async () => (await import('../../egress/dial.ts')).realDial({ network }),
      },
      onStderr: log,
      onNoise: (line) => {
        if (!isNoisy) log(Buffer.concat([line, Buffer.from('\n')]));
      },
      onStarted: () => {
        remember();
        onStarted(rest.engine);
      },
    };
  };
}

/** With the settings that the user gives: what they are is never kept, only whether they are the same. */
async function surfaceOf(
  { name, server, invocation }: ChosenServer,
  { profile, given, reviewed, say }: Around,
): Promise<ServedSurface> {
  const { terminal } = invocation;
  const { env } = server.declared;
  // Only of servers that are given settings it is asked, and reads their locks.
  const image = once(() => inputsOf(server, name));
  const start: OwnStart = {
    get image() {
      return image();
    },
    settings: given.settings,
    args: invocation.rest,
  };
  return servedSurface({
    served: { catalog: catalogId(server.source), server: name, profile: profile?.name },
    reviewed: await signedSurface({ name, server, invocation }, reviewed).catch((error: unknown) => {
      say(`${name}: ${messageOf(error)}`);
      return undefined;
    }),
    optional: Object.keys(given.settings).filter((one) => env[one]?.required !== true),
    start,
    approvals: approvalsFile(profile?.file, terminal),
    places: terminal,
    say,
  });
}

/** Where its catalog names a signer: one that is signed. Without it the server's own start says what it offers. */
async function signedSurface(
  { name, server, invocation }: ChosenServer,
  reviewed: Around['reviewed'],
): Promise<Surface | undefined> {
  const surface = await reviewed(name);
  if (surface !== undefined && server.signing !== undefined) {
    const { engineOf } = await import('./prepare-run.ts');
    const { requireSignedSurface } = await import('./image-trust.ts');
    await requireSignedSurface(server, {
      invocation,
      engine: await engineOf(invocation),
    });
  }
  return surface;
}

/**
 * Of what its image is made, without asking an engine for it: the published digest, else entry and lock, from which every
 * machine makes the same image.
 */
function inputsOf({ declared, recorded, source }: KnownServer, name: string): string {
  if (recorded !== undefined) return recorded.digest;
  const hash = createHash('sha256').update(JSON.stringify(declared));
  if (source.kind === 'folder') hash.update(textOf(path.join(source.folder, name, 'lock.json')));
  return `sha256:${hash.digest('hex')}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
