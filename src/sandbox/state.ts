import type { Entry } from '../catalog/entry.ts';
import type { BindMount, Labels } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import type { StateUse } from './sandbox.ts';
import { imageUser } from './user.ts';

/**
 * The state folders as volumes: named and kept, or without a name and gone with the container. What one uid has
 * written another can't change, so a server that works as another uid than the image's has a volume of its own.
 */
export function stateOf(
  entry: Entry,
  { user, use, labels: more = {} }: { user: string; use: StateUse; labels?: Labels | undefined },
): BindMount[] {
  return entry.permissions.state.map(({ name, target }) => {
    const common = { kind: 'volume', target, readOnly: false } as const;
    if (use === 'thrown-away') return { ...common, source: '' };
    const labels = { ...more, [label.server]: entry.name, [label.state]: name };
    return { ...common, source: volumeName(entry.name, { state: name, user }), labels };
  });
}

/** One server's alone: a state's name begins with a letter and has no hyphen, a uid is digits. */
function volumeName(server: string, { state, user }: { state: string; user: string }): string {
  const [uid = ''] = user.split(':');
  return `mcpcat-${server}-${state}${user === imageUser ? '' : `-${uid}`}`;
}
