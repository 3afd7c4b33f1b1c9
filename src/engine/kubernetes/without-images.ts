import type { ImageEngine, RunEngine } from '../engine.ts';
import { McpcatError } from '../../lib/errors.ts';

type Absent = Omit<ImageEngine, 'listImages'>;
type Inside = Pick<
  RunEngine,
  | 'copyOut'
  | 'copyIn'
  | 'containerChanges'
  | 'containerProcesses'
  | 'containerMemory'
  | 'containerLogs'
  | 'followErrors'
>;

/** What a cluster has none of: each call says so. */
export function absentCalls(endpoint: string): Absent & Inside {
  const refuse = (what: string) => (): Promise<never> =>
    Promise.reject(
      new McpcatError('engine-unfit', `${endpoint} is a cluster, which ${what}`, {
        hint: 'use an engine of this machine for that',
      }),
    );
  const images = refuse('builds, loads and names no images');
  const inside = refuse('does not let files of a pod be looked at from outside');
  return {
    buildImage: images,
    pullImage: images,
    tagImage: images,
    removeImage: images,
    saveImage: images,
    loadImage: images,
    copyOut: inside,
    copyIn: inside,
    containerChanges: inside,
    containerProcesses: inside,
    containerMemory: refuse('measures no memory for us'),
    containerLogs: refuse('stores nothing that a server says'),
    followErrors: refuse('hands what a server says on stderr to its client alone'),
  };
}
