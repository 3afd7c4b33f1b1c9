import { McpcatError } from '../../lib/errors.ts';
import type { CommandSpec, Execute } from '../command.ts';

const scripts: Readonly<Record<string, (specs: readonly CommandSpec[]) => string>> = { bash, zsh, fish };

/** Words of each command. */
export const execute: Execute = async ({ positionals, commands, terminal }) => {
  const script = scripts[positionals[0] ?? ''];
  if (!script) throw new McpcatError('usage', `expected bash, zsh or fish, found "${positionals[0] ?? ''}"`);
  terminal.stdout.write(script(commands));
  return 0;
};

/** Names of servers stand at a depth of four spaces; deeper ones are those of mounts. */
const entries = `$(mcpcat list --json 2>/dev/null | sed -n 's/^    "name": "\\(.*\\)",$/\\1/p')`;
const fishEntries = `(mcpcat list --json 2>/dev/null | string replace -rf \\'^    "name": "(.*)",$\\' \\'$1\\')`;

function wordsOf(spec: CommandSpec): string {
  const options = [...Object.keys(spec.options), 'help'].map((name) => `--${name}`);
  const words = spec.completes === undefined || spec.completes === 'entries' ? [] : spec.completes;
  return [...words, ...options].join(' ');
}

function bash(specs: readonly CommandSpec[]): string {
  const cases = specs.map(
    (spec) =>
      `    ${spec.name}) words="${wordsOf(spec)}${spec.completes === 'entries' ? ` ${entries}` : ''}" ;;`,
  );
  return `_mcpcat() {
  local words word=\${COMP_WORDS[COMP_CWORD]}
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words="${specs.map(({ name }) => name).join(' ')}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${specs.map(({ name }) => name).join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _mcpcat mcpcat
`;
}

function zsh(specs: readonly CommandSpec[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(specs)}`;
}

function fish(specs: readonly CommandSpec[]): string {
  const verbs = specs.map(
    ({ name, summary }) =>
      `complete -c mcpcat -f -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
  );
  const options = specs.flatMap((spec) =>
    Object.entries(spec.options).map(
      ([name, { help }]) =>
        `complete -c mcpcat -n '__fish_seen_subcommand_from ${spec.name}' -l ${name} -d '${help.replaceAll("'", "\\'")}'`,
    ),
  );
  const words = specs.flatMap(({ name, completes }) =>
    completes === undefined
      ? []
      : [
          `complete -c mcpcat -f -n '__fish_seen_subcommand_from ${name}' -a '${completes === 'entries' ? fishEntries : completes.join(' ')}'`,
        ],
  );
  return `${[...verbs, ...options, ...words].join('\n')}\n`;
}
