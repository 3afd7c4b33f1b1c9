import type { BindMount, Engine, Labels } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';

/**
 * What a session asks before it makes a container and before it starts it: our own process 1 is in a volume of the
 * engine, and what an image would start is data. See docs/decisions/0031.
 */
export interface Process1 {
  /** Before a container is made of an image. Rejects with `image-missing`. */
  prepare(image: string): Promise<Prepared>;
}

export interface Prepared {
  /** Holds process 1 as `initName`; undefined where it is the image's own, at `init`. */
  readonly volume: string | undefined;
  readonly init?: string;
  /** Whether process 1 was seen in it by an earlier start, or is only put there when `confirm` is called. */
  readonly volumeState: 'seen' | 'unseen';
  readonly image: ImageStart;
  /**
   * Before the container is started, beside whatever else is asked of the engine. `changed`: what was known of the image
   * or of the volume holds no more, so prepare again. Rejects if process 1 can't be made what it should be.
   */
  confirm(made: Made): Promise<'as-known' | 'changed'>;
}

/** What an image's configuration says of its start, as the engine has it. */
export interface ImageStart {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Folders of `VOLUME` in which it has nothing. */
  readonly emptyVolumes: readonly string[];
}

/** A container that was made and not started. */
export interface Made {
  readonly id: string;
  /** Where the volume is mounted in it. */
  readonly folder: string;
  /** What it was made of. */
  readonly imageId: Promise<string>;
}

/** What it is done with. */
export interface OwnRequest {
  readonly engine: Engine;
  /** Of containers that are made to fill the volume, and never started. */
  readonly labels: Labels;
  /** A folder for what is known from one start to the next; everything is asked anew without. */
  readonly cache?: string | undefined;
}

/** The program's name in its volume. */
export const initName = 'mcpcat-init';

/**
 * Where the volume is mounted: another place in each container, so that nothing that an image, a folder or an earlier
 * session has prepared (links above all) can lead there or cover it.
 */
export function initFolder(random: string): string {
  return `/.mcpcat-${random}`;
}

/** As it is mounted into a container; whoever mounts it first makes it, empty. */
export function volumeMount(volume: string, folder: string): BindMount {
  return {
    kind: 'volume',
    source: volume,
    target: folder,
    readOnly: true,
    empty: true,
    labels: { [label.role]: 'process-1' },
  };
}
