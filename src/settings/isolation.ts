import { McpcatError } from '../lib/errors.ts';
import { isolationName } from '../sandbox/isolation.ts';
import { described, type Member } from './json.ts';
import type { Problem } from './problems.ts';

/** What a file asks for, and where. */
export interface AskedIsolation {
  readonly name: string;
  readonly at: number;
}

/** What of a settings file counts here. */
interface Asking {
  readonly isolation: AskedIsolation | undefined;
  readonly place: (at: number) => string;
}

interface Read {
  readonly found: AskedIsolation | undefined;
  readonly problems: readonly Problem[];
}

/** `isolation` of the settings file. `default` asks for nothing. */
export function isolationIn(member: Member | undefined): Read {
  if (member === undefined) return { found: undefined, problems: [] };
  const { value } = member;
  if (value.kind === 'text' && isolationName.test(value.value))
    return {
      found: value.value === 'default' ? undefined : { name: value.value, at: value.at },
      problems: [],
    };
  const expected = '"default", "gvisor", "kata" or the name of a runtime of the engine';
  const message = `isolation: expected ${expected}, found ${described(value)}`;
  return { found: undefined, problems: [{ at: value.at, message }] };
}

/**
 * What holds for one start: what the files ask for, or what is wanted for this one. Undefined for the engine's default.
 * Throws `usage` where two of them contradict each other: nobody can say which is the stronger.
 */
export function isolationWanted(settings: readonly Asking[], wanted: string | undefined): string | undefined {
  if (wanted !== undefined && !isolationName.test(wanted))
    throw new McpcatError('usage', `expected gvisor, kata or the name of a runtime, found "${wanted}"`, {
      inputs: [{ name: 'isolation' }],
    });
  const asked = settings.flatMap(({ isolation, place }) =>
    isolation === undefined ? [] : [{ name: isolation.name, where: place(isolation.at) }],
  );
  const [first, ...more] = asked;
  if (first === undefined) return wanted === 'default' ? undefined : wanted;
  const other = [...more.map(({ name }) => name), ...(wanted === undefined ? [] : [wanted])].find(
    (name) => name !== first.name,
  );
  if (other === undefined) return first.name;
  throw new McpcatError(
    'usage',
    `${first.where}: the isolation ${first.name} is asked for there, and ${other} besides`,
    {
      hint: 'the settings file is not overruled for one start: change it there',
    },
  );
}
