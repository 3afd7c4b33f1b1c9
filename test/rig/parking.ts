import type { FakeExec } from './fake-engine/fake-exec.ts';
import type { FakeEngine } from './fake-engine.ts';
import { engineWith, ignoresEverything } from './session.ts';

export interface Parking {
  readonly engine: FakeEngine;
  /** What was begun in its container, in order. */
  readonly begun: string[];
}

/** Its containers run from their creation, and the start is another matter. */
export function parking(onExec: (exec: FakeExec) => void): Parking {
  const engine = Object.assign(engineWith(ignoresEverything), { parks: true as const });
  const begun: string[] = [];
  const create = engine.createContainer.bind(engine);
  const start = engine.startContainer.bind(engine);
  engine.createContainer = async (settings) => {
    const id = await create(settings);
    await start(id);
    return id;
  };
  engine.startContainer = (): Promise<void> => {
    begun.push('server');
    return Promise.resolve();
  };
  engine.onExec = (exec) => {
    begun.push(exec.command[1] ?? '');
    onExec(exec);
  };
  return { engine, begun };
}
