import path from 'node:path';
import type { TmpfsMount } from '../engine/restrictions.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Sandbox } from './sandbox.ts';

/** What an image's configuration says; data, of which nothing happens by itself. */
export interface StartOfImage {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** Folders of `VOLUME` in which it has nothing. */
  readonly emptyVolumes: readonly string[];
}

/** What process 1 starts, and its arguments. */
export interface StartWords {
  readonly program: readonly string[];
  readonly args: readonly string[];
}

/** Images of the catalog name theirs, so that a plain `docker run` has one too; ours takes its place. */
const ofImage = ['/mcpcat-init', '--'];

/**
 * ENTRYPOINT and CMD of an image, read as an engine reads them, but for one thing: arguments never become the program,
 * as they would where an image has no ENTRYPOINT. Throws `usage` if it names nothing to start.
 */
export function startWords(
  { entrypoint, command }: Pick<StartOfImage, 'entrypoint' | 'command'>,
  { name, args, program }: Pick<Sandbox, 'name' | 'args' | 'program'>,
): StartWords {
  if (program !== undefined) return { program, args };
  const own = ofImage.every((word, index) => entrypoint[index] === word)
    ? entrypoint.slice(ofImage.length)
    : entrypoint;
  const words =
    own.length > 0 ? { program: own, args: args.length > 0 ? args : command } : { program: command, args };
  if (words.program.length > 0) return words;
  throw new McpcatError('usage', `${name}: its image names no program to start (ENTRYPOINT or CMD)`);
}

/** Nothing fits in. */
const closed = { bytes: 4096, uid: 0, gid: 0, mode: 0o555, readOnly: true };

/**
 * Folders of VOLUME in which an image has nothing, as if it did not name them: empty, and read-only like the rest. An
 * engine would make a folder there that can be written without a limit. Nothing is needed where something of ours lies.
 * One in which the image has files is not here: it would miss them, so it is refused unless the entry declares it.
 */
export function closedVolumes(
  folders: readonly string[],
  covered: readonly { readonly target: string }[],
): TmpfsMount[] {
  return folders
    .map((folder) => path.posix.resolve('/', folder))
    .filter((folder) => !covered.some(({ target }) => target === folder))
    .map((target) => ({ target, ...closed }));
}
