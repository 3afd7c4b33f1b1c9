import type { OwnCommand } from '../../install/own-command.ts';
import type { Invocation } from '../command.ts';

/** Below the home, whatever else the environment says: a client hands on few variables. */
export function placeOf({ terminal: { env, host } }: Invocation): Pick<OwnCommand, 'data' | 'host'> {
  const home = host.home(env);
  return { data: host.folders({ HOME: home, USERPROFILE: home }).data, host };
}
