import { ownValue } from '../../lib/own-value.ts';
import { changed, withMount, type Draft } from '../draft.ts';
import { exampleValue, isPathText } from '../../evidence/example-value.ts';
import { settingLike, withUserHost } from '../arguments.ts';
import { folderFor, withSetting } from '../settings.ts';
import { quote, outputLines, type Detection, type Situation } from './detection.ts';

/** An option or a word that a server's own parser of arguments wants. */
interface Wanted {
  /** `--api-key`; undefined for a positional. */
  readonly option: string | undefined;
  readonly name: string;
  readonly line: string;
  /** What documents have in its place. */
  readonly placeholder?: string | undefined;
}

/** How argparse, click, commander, yargs, cobra and clap ask for what was left out. */
const asks: readonly (readonly [RegExp, (match: RegExpMatchArray) => readonly string[]])[] = [
  [/the following arguments are required: (.+)$/m, ([, list = '']) => list.split(/,\s*/)],
  [/required option '([^']+)' not specified/m, ([, option = '']) => [option]],
  [/Missing option ['"]([^'"]+)['"]/m, ([, option = '']) => [option]],
  [/Missing argument ['"]([^'"]+)['"]/m, ([, name = '']) => [name.toLowerCase()]],
  [/missing required argument:? ['"]?([\w.-]+)/im, ([, name = '']) => [name]],
  [/Missing required arguments?: (.+)$/m, ([, list = '']) => list.split(/,\s*/).map((name) => `--${name}`)],
  [
    /required flag\(s\) (.+) not set/m,
    ([, list = '']) => list.split(/,\s*/).map((name) => `--${name.replaceAll('"', '')}`),
  ],
  [
    /required arguments were not provided:\s*\n((?:\s+\S.*\n?)+)/m,
    ([, list = '']) =>
      list
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
  ],
];

export function missingArguments(situation: Situation): Detection[] {
  if (situation.seen.failure === undefined) return [];
  const text = outputLines(situation).join('\n');
  const wanted = asks.flatMap(([pattern, read]) => {
    const match = pattern.exec(text);
    return match === null ? [] : read(match).map((word) => wantedOf(word, match[0]));
  });
  const found = wanted.length > 0 ? wanted : fromUsage(text);
  return found.flatMap((one) => detectionOf(one, situation));
}

function wantedOf(word: string, line: string): Wanted {
  const option = /(--[A-Za-z][\w-]*)/.exec(word)?.[1];
  return { option, name: (option ?? word).replace(/^-+/, '').replaceAll(/[<>[\]'"]/g, ''), line };
}

/** `Usage: server <allowed-directory> [more]`: what stands in angle brackets right after the program. */
function fromUsage(text: string): Wanted[] {
  const line = /^.*\busage:?\s+(.+)$/im.exec(text)?.[1];
  const word = /^(?:(?:npx|node|uvx|python3?|-y|[\w@./-]+)\s+)+?<([\w ./|-]+)>/.exec(line ?? '')?.[1];
  if (line === undefined || word === undefined || /command|option|flag/i.test(word)) return [];
  const option = /^\s*(?:\S+\s+)?(--[A-Za-z][\w-]*)[ =]<[\w ./|-]+>/.exec(line)?.[1];
  return [{ option, name: word, line }];
}

function detectionOf({ option, name, line }: Wanted, { evidence, draft }: Situation): Detection[] {
  const setting = option === undefined ? undefined : settingLike(option, evidence);
  if (setting !== undefined && ownValue(draft.entry.env, setting)?.required !== true)
    return [
      {
        key: `setting ${setting}`,
        what: `needs ${setting} (for ${option ?? ''})`,
        apply: (old) =>
          withSetting(old, {
            name: setting,
            required: true,
            known: evidence.settings.get(setting),
            why: quote(line),
          }),
      },
    ];
  // A word of a choice is for the guesses to find.
  if (option === undefined && /command|subcommand|action|mode/i.test(name)) return [];
  return [
    {
      key: `argument ${option ?? name}`,
      what: `needs the argument ${option ?? `<${name}>`}`,
      apply: (old) => {
        const placeholder = setting === undefined ? undefined : evidence.settings.get(setting)?.value;
        return withArgument(withoutSetting(old, setting), { option, name, line, placeholder });
      },
    },
  ];
}

/** The setting that was taken for the option, and is not read: nobody has to give both. */
function withoutSetting(draft: Draft, name: string | undefined): Draft {
  if (name === undefined) return draft;
  const { [name]: _, ...env } = draft.entry.env;
  const { permissions } = draft.entry;
  const network = permissions.network.filter((rule) => !rule.includes(`{${name}}`));
  const justifications = draft.justifications.filter(
    ({ field, value }) =>
      !(field === 'env' && value.split(' ')[0] === name) &&
      !(field === 'permissions.network' && value.includes(`{${name}}`)),
  );
  return {
    ...draft,
    entry: { ...draft.entry, env, permissions: { ...permissions, network } },
    justifications,
  };
}

function withArgument(draft: Draft, { option, name, line, placeholder }: Wanted): Draft {
  const upper = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const { entry } = draft;
  const isPath = /PATH|DIR|FOLDER|ROOT|FILE|WORKSPACE|VAULT|PROJECT|REPO/.test(upper) || isPathText(name);
  if (isPath) {
    const { mount, path } = folderFor(
      /FILE|DB|DATABASE/.test(upper) ? `/path/to/${fileFor(upper)}` : '/path/to',
      { hint: upper, description: 'The folder it works in' },
    );
    const args = [...entry.args, ...(option === undefined ? [path] : [option, path])];
    return withMount(
      changed(draft, { args }, { field: 'args', value: args.join(' '), why: quote(line) }),
      mount,
      quote(line),
    );
  }
  const value = exampleValue(upper, { placeholder });
  const args = [...entry.smoke.args, ...(option === undefined ? [value] : [option, value])];
  const given = changed(
    draft,
    { smoke: { ...entry.smoke, args } },
    { field: 'smoke.args', value: args.join(' '), why: `a user gives their own after "--": ${quote(line)}` },
  );
  return /^\w+:\/\//.test(value) ? withUserHost(given, value) : given;
}

function fileFor(upper: string): string {
  if (/DB|DATABASE|SQLITE/.test(upper)) return 'database.db';
  return /CONFIG/.test(upper) ? 'config.json' : 'file.txt';
}
