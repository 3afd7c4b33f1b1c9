import { ownValue } from '../../lib/own-value.ts';
import { startKeyOf, withArguments } from '../arguments.ts';
import { choose } from '../bins.ts';
import { changed, type Draft } from '../draft.ts';
import { withSetting } from '../settings.ts';
import { outputLines, type Detection, type Situation } from './detection.ts';
import { speaksHttp } from './transport.ts';

/** Words that make servers speak stdio, in the order in which they are tried. */
const words: readonly (readonly string[])[] = [
  ['stdio'],
  ['--stdio'],
  ['--transport', 'stdio'],
  ['-t', 'stdio'],
  ['mcp'],
  ['serve'],
  ['--mcp'],
  ['start'],
  ['mcp', 'serve'],
  ['mcp', 'start'],
  ['mcp-server'],
  ['server'],
  ['run'],
  ['serve', '--stdio'],
  ['mcp', '--stdio'],
];

/**
 * What may help where nothing could be detected: other starts that are written down, all settings that documents name,
 * words for stdio that occur in what it said or in its documents, another of its programs. Best first; one is tried at a time.
 */
export function guesses(situation: Situation): Detection[] {
  const { draft, evidence, own, lock } = situation;
  const said = outputLines(situation).join('\n');
  const documented = [...evidence.settings.values()].filter(
    ({ witnesses, fallback }) => fallback === undefined && witnesses.some((witness) => witness !== 'source'),
  );
  const missing = documented.filter(
    ({ name, value, secret }) =>
      ownValue(draft.entry.env, name)?.required !== true && (secret || value !== undefined),
  );
  const secrets = [...evidence.settings.values()]
    .filter(({ secret, name }) => secret && ownValue(draft.entry.env, name)?.required !== true)
    .slice(0, 4);
  // Without its native part nothing else will help.
  if (lock.scripts.length > 0 && /\.node\b|bindings? file/i.test(said)) return [];
  return [
    ...usageWords(said).map((line) => argumentsDetection(situation, line, 'its usage text names it')),
    ...evidence.starts.map(({ args }) => argumentsDetection(situation, args, 'a start in its documents')),
    ...(missing.length === 0
      ? []
      : [
          settingsDetection(
            situation,
            missing.slice(0, 12).map(({ name }) => name),
            'its documents name it, and without it did not start',
          ),
        ]),
    ...words
      .filter((line) =>
        isMentioned(line, { text: `${evidence.text}\n${said}`, names: [...own.bins, own.name] }),
      )
      .map((line) => argumentsDetection(situation, line, 'its documents use the word')),
    ...speaksHttp(situation),
    ...(secrets.length === 0
      ? []
      : [
          settingsDetection(
            situation,
            secrets.map(({ name }) => name),
            'its source asks for it, and without it did not start',
          ),
        ]),
    ...otherBins(Object.keys(lock.bin), { own, draft }).map((bin) => binDetection(bin)),
  ];
}

/** Commands in a list of a usage text: `{serve,index}`, `choose from 'serve', 'index'`, or one a line. */
function usageWords(said: string): (readonly string[])[] {
  if (!/usage|commands?:|choose from|subcommand|required: \w*command/i.test(said)) return [];
  return words.filter((line) =>
    line.every((word) => new RegExp(`(^|[\\s'"{,|\\[])${word}([\\s'"},|\\]:=]|$)`, 'm').test(said)),
  );
}

/** An option that stands somewhere, or a word right behind the program's name. */
function isMentioned(
  line: readonly string[],
  { text, names }: { text: string; names: readonly string[] },
): boolean {
  const [first = ''] = line;
  if (first.startsWith('-')) return text.includes(line.join(' ')) || text.includes(line.join('='));
  if (names.some((name) => text.includes(`${name} ${line.join(' ')}`))) return true;
  return line.length === 1 && first === 'stdio' && /["'`]stdio["'`]/.test(text);
}

function argumentsDetection({ evidence }: Situation, args: readonly string[], why: string): Detection {
  return {
    key: startKeyOf(args, evidence),
    what: `try ${args.join(' ') || 'no arguments'}`,
    apply: (draft) => withArguments(draft, args, { why, evidence }),
  };
}

function settingsDetection({ evidence }: Situation, names: readonly string[], why: string): Detection {
  return {
    key: `settings ${names.join(' ')}`,
    what: `try ${names.join(', ')}`,
    apply: (draft) =>
      names.reduce(
        (old: Draft, name) =>
          withSetting(old, { name, required: true, known: evidence.settings.get(name), why }),
        draft,
      ),
  };
}

function otherBins(bins: readonly string[], { own, draft }: Pick<Situation, 'own' | 'draft'>): string[] {
  const [current = ''] = draft.entry.command;
  const rest = bins.filter((bin) => bin !== current);
  const best = choose(rest, own.name, undefined);
  return best === undefined ? [] : [best];
}

function binDetection(bin: string): Detection {
  return {
    key: `bin ${bin}`,
    what: `try the program ${bin}`,
    apply: (draft) =>
      changed(
        draft,
        { command: [bin] },
        { field: 'command', value: bin, why: 'another program of the package did not start' },
      ),
    renews: 'image',
  };
}
