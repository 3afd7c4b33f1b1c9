import { McpcatError } from '../lib/errors.ts';

/** Each is a pod that a cluster keeps room for. */
const most = 20;

/** `--warm N`. Throws `usage`. */
export function warmCount(text: string | undefined): number {
  const count = Number(text);
  if (/^[1-9][0-9]?$/.test(text ?? '') && count <= most) return count;
  throw new McpcatError(
    'usage',
    `--warm: expected a number from 1 to ${String(most)}, found "${text ?? ''}"`,
  );
}
