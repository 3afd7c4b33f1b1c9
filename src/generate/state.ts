import path from 'node:path';
import type { Entry } from '../catalog/entry.ts';
import { execForm, plainPath } from './quote.ts';

/*
 * A volume that an engine makes over a folder of the image takes that folder's owner and mode; over nothing it would
 * be root's. So the image has the folder, and no process ever has to be root to hand it over.
 */

const staging = '/mcpcat-state';

/** Open to every uid: who hands over a folder for writing has the server work as its owner, not as 65532. */
export function stateStage({ permissions: { state } }: Entry): string[] {
  if (state.length === 0) return [];
  const folders = state.map(
    ({ name, target }) => `${staging}/${plainPath(name)}/${path.posix.basename(target)}`,
  );
  return [`RUN ${execForm(['install', '-d', '-m', '0777', ...folders])}`];
}

/** Each parent is copied, not the folder: builders keep the mode of what they copy, not of where they copy it to. */
export function stateCopies({ permissions: { state } }: Entry): string[] {
  return state.map(({ name, target }) => {
    const parent = path.posix.dirname(`/${plainPath(target.slice(1))}`);
    return `COPY --chown=65532:65532 --from=build ${staging}/${plainPath(name)}/ ${parent === '/' ? '/' : `${parent}/`}`;
  });
}
