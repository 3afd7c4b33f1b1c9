import type { Entry } from '../../catalog/entry.ts';
import { hostPaths } from '../../sandbox/paths.ts';
import { sandboxOf } from '../../sandbox/policy.ts';
import type { Terminal } from '../command.ts';
import { mountRequests } from '../mount-option.ts';

/** What a client's entry of ours would start. */
interface PlannedStart {
  /** The words after `run NAME`. */
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

/** Throws what the launcher would throw at this start, by the same code: before it is written, not in the client. */
export function checkStart(entry: Entry, { args, settings }: PlannedStart, { host, env }: Terminal): void {
  const dashes = args.indexOf('--');
  const options = dashes === -1 ? args : args.slice(0, dashes);
  const overrides = {
    env: settings,
    mounts: mountRequests(options.filter((_, index) => options[index - 1] === '--mount')),
    args: dashes === -1 ? [] : args.slice(dashes + 1),
  };
  sandboxOf(entry, overrides, hostPaths(host.home(env), host, env));
}
