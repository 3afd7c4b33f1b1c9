import type { ServerSetup } from '../../setup-file/setup.ts';
import type { Options } from '../command.ts';

/** Options of `run` that a setup holds under a name of its own, all but those that need more than copying. */
const copied = [
  ['allow', 'allow'],
  ['allowLocal', 'allow-local'],
  ['denyNetwork', 'deny-network'],
  ['memory', 'memory'],
  ['cpus', 'cpus'],
  ['pids', 'pids'],
  ['isolation', 'isolation'],
] as const;

type Copied = Pick<ServerSetup, (typeof copied)[number][0]>;

export function copiedOptions(options: Options): Copied {
  const text = (name: string): object => {
    const value = options.text(name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    allow: [...options.list('allow')],
    allowLocal: options.list('allow-local').map(Number),
    denyNetwork: options.flag('deny-network'),
    ...text('memory'),
    ...text('cpus'),
    ...text('pids'),
    ...text('isolation'),
  };
}

/** As `run` takes them. */
export function wordsOf(setup: Copied): readonly string[] {
  return copied.flatMap(([key, option]) => {
    const value = setup[key];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${option}`];
    return [value].flat().flatMap((one) => [`--${option}`, String(one)]);
  });
}
