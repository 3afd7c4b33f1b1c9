import { parseArgs } from 'node:util';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import type { CommandSpec, Options } from './command.ts';

export interface Parsed {
  readonly options: Options;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
}

/** Every command has these. */
export const globalOptions = {
  help: { type: 'boolean', help: 'show this help' },
  debug: { type: 'boolean', help: 'show a stack trace with an error' },
} as const;

/** Splits at `--`, parses strictly, suggests what may have been meant. */
export function parse(spec: CommandSpec, argv: readonly string[]): Parsed {
  const { words, rest } = split(spec, argv);
  const own = words.map((word) => (word === '-h' ? '--help' : word));
  const known = { ...globalOptions, ...spec.options };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, option]) => [
      name,
      { type: option.type, multiple: 'multiple' in option && option.multiple === true },
    ]),
  );
  refuseUnknown(spec, { own, known: Object.keys(known) });
  try {
    const { values, positionals, tokens } = own.some((word) => word.startsWith('-'))
      ? parseArgs({ args: [...own], options, allowPositionals: true, strict: true, tokens: true })
      : // Node loads its parser when it is first asked for, and a launch has often nothing but names.
        { values: {}, positionals: [...own], tokens: [] };
    refuseTwice(
      spec,
      tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])),
    );
    refuseBehindLine(spec, rest);
    refuseWords(spec, { positionals, help: values['help'] === true });
    return { options: reader(values), positionals, rest };
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    throw new McpcatError('usage', messageOf(error).split('. ')[0] ?? '', {
      hint: `mcpcat ${spec.name} --help`,
      cause: error,
    });
  }
}

/** At `--`, or before the first word of another program's line. */
function split(
  { foreign, options }: CommandSpec,
  argv: readonly string[],
): { readonly words: readonly string[]; readonly rest: readonly string[] } {
  const isValue = (index: number): boolean => {
    const before = /^--(.+)$/.exec(argv[index - 1] ?? '')?.[1] ?? '';
    return options[before]?.type === 'string';
  };
  const dashes = argv.indexOf('--');
  const other = argv.findIndex((word, index) => foreign?.test(word) === true && !isValue(index));
  if (other !== -1 && (dashes === -1 || other < dashes))
    return { words: argv.slice(0, other), rest: argv.slice(other) };
  if (dashes === -1) return { words: argv, rest: [] };
  return { words: argv.slice(0, dashes), rest: argv.slice(dashes + 1) };
}

/** The last of two would win without a word. */
function refuseTwice({ name, options }: CommandSpec, given: readonly string[]): void {
  const twice = given.find(
    (one, index) =>
      options[one]?.type === 'string' && options[one].multiple !== true && given.indexOf(one) !== index,
  );
  if (twice === undefined) return;
  throw new McpcatError('usage', `${name}: --${twice} is given twice, and only one can count`, {
    hint: 'leave one of them out',
  });
}

/** An option of ours behind another program's line would become that program's. */
function refuseBehindLine({ name, foreign, options }: CommandSpec, rest: readonly string[]): void {
  if (foreign?.test(rest[0] ?? '') !== true) return;
  const own = rest.find(
    (word) => word.startsWith('--') && Object.hasOwn(options, word.slice(2).split('=')[0] ?? ''),
  );
  if (own === undefined) return;
  throw new McpcatError(
    'usage',
    `${name}: ${own} stands behind the pasted line, where it would be the server's`,
    {
      hint: `for mcpcat: mcpcat ${name} ${own} ${rest[0] ?? ''} …; for the server: put the whole line in quotes`,
    },
  );
}

function refuseUnknown(
  spec: CommandSpec,
  { own, known }: { own: readonly string[]; known: readonly string[] },
): void {
  const names = own
    .filter((word) => /^-./.test(word))
    .map((word) => word.replace(/^--?/, '').split('=')[0] ?? '');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const hint =
    didYouMean(
      `--${unknown}`,
      known.map((name) => `--${name}`),
    ) || `mcpcat ${spec.name} --help`;
  const typed = own.find((word) => word.replace(/^--?/, '').split('=')[0] === unknown)?.split('=')[0];
  throw new McpcatError('usage', `${spec.name} has no option ${typed ?? unknown}`, { hint });
}

/** A word that would be ignored was meant to do something. */
function refuseWords(
  spec: CommandSpec,
  { positionals, help }: { positionals: readonly string[]; help: boolean },
): void {
  const [word] = positionals;
  if (spec.usage !== '' || word === undefined || help) return;
  throw new McpcatError('usage', `${spec.name} takes no arguments, found "${word}"`, {
    hint: `mcpcat ${spec.name} --help`,
  });
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function reader(values: Values): Options {
  return {
    text(name) {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => values[name] === true,
    list(name) {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
  };
}
