import type { Engine } from '../../engine/engine.ts';
import { buildServer } from '../../image-build/build-server.ts';
import type { Invocation } from '../command.ts';
import { plainProgress } from '../render/plain-progress.ts';
import { basesReady } from './bases-ready.ts';
import { buildEnvironmentOf, readServerOf, runContextOf } from './build-environment.ts';

interface Setting {
  readonly invocation: Invocation;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** What a person sees meanwhile; standard output is the client's. */
  readonly write: (text: string) => void;
}

/** Builds the image of a server that is to be run, and the bases it stands on where the engine has none. */
export async function buildForRun(
  name: string,
  { invocation, engine, signal, write }: Setting,
): Promise<string> {
  write(
    `mcpcat: ${name} has no image on this engine yet: building it, which takes a minute or more the first time\n`,
  );
  const [server, buildEnvironment] = await Promise.all([
    readServerOf(invocation, name),
    buildEnvironmentOf(invocation),
  ]);
  const run = { ...runContextOf(invocation, plainProgress(write)), signal };
  await basesReady(server, { engine, buildEnvironment, run });
  return (await buildServer(server, { buildEnvironment, run, engine, force: false })).image;
}
