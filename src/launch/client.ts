import type { Labels } from '../engine/engine.ts';
import type { Env, Host } from '../host/host.ts';
import { label } from '../lib/labels.ts';
import { randomId } from '../lib/random-id.ts';
import { clientName } from './client-name.ts';

/** The labels of one launch: for which client and session, in which folder. */
export function launchLabels(
  server: string,
  { env, host }: { readonly env: Env; readonly host: Host },
): Labels {
  return {
    [label.role]: 'run',
    [label.server]: server,
    [label.session]: env['CLAUDE_CODE_SESSION_ID'] || randomId(),
    [label.client]: clientName(host, { env, parent: process.ppid }),
    [label.project]: process.cwd(),
  };
}
