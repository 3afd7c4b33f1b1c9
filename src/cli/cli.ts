import { McpcatError } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import type { CommandSpec, ProcessEdges, Terminal } from './command.ts';
import { explain } from './errors.ts';
import { commandHelp, programHelp } from './help.ts';
import { parse } from './parse.ts';
import { asTyped } from './program.ts';
import { textOutput, type TextOutput } from './text-output.ts';
import { version } from './version.ts';

/** argv (without node and script) → exit code. The one place that catches everything. */
export async function main(
  argv: readonly string[],
  edges: ProcessEdges,
  commands: readonly CommandSpec[],
): Promise<number> {
  const terminal = terminalOf(edges);
  try {
    return await dispatch(argv, terminal, commands);
  } catch (error) {
    const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
    const { text, exitCode } = explain(error, own.includes('--debug'));
    terminal.stderr.write(text);
    return exitCode;
  }
}

function terminalOf(edges: ProcessEdges): Terminal {
  const { env, host, signal, program, early } = edges;
  return {
    stdout: textOutput(() => edges.stdout, env),
    stderr: asTypedOn(
      textOutput(() => edges.stderr, env),
      program,
    ),
    streams: edges,
    env,
    host,
    signal,
    program,
    early,
  };
}

/** Messages name commands as this user has to type them. */
function asTypedOn(output: TextOutput, program: readonly string[]): TextOutput {
  if (program.length === 1) return output;
  return {
    write: (text) => output.write(asTyped(text, program)),
    get isTTY() {
      return output.isTTY;
    },
    get rows() {
      return output.rows;
    },
  };
}

async function dispatch(
  argv: readonly string[],
  terminal: Terminal,
  commands: readonly CommandSpec[],
): Promise<number> {
  const [verb, ...args] = verbFirst(argv, commands);
  if (verb === undefined || verb === '--help' || verb === '-h') return print(terminal, programHelp(commands));
  if (verb === '--version' || verb === '-v') return print(terminal, `mcpcat ${version}\n`);
  if (verb === 'help')
    return print(
      terminal,
      args[0] === undefined ? programHelp(commands) : commandHelp(find(args[0], commands)),
    );
  const spec = find(verb, commands);
  const { options, positionals, rest } = parse(spec, args);
  if (options.flag('help')) return print(terminal, commandHelp(spec));
  if (verb !== 'run') await (await import('./network.ts')).prepareNetwork(verb, terminal);
  const { execute } = await spec.load();
  return execute({ options, positionals, rest, commands, terminal });
}

/** Options may stand before the verb (`mcpcat --catalog DIR list`), as with git or docker: they are the verb's. */
function verbFirst(argv: readonly string[], commands: readonly CommandSpec[]): readonly string[] {
  if (!/^--[a-z]+(=|$)/.test(argv[0] ?? '') || /^--(help|version)$/.test(argv[0] ?? '')) return argv;
  const at = argv.findIndex((word, index) => {
    const value =
      /^--[a-z]+$/.test(argv[index - 1] ?? '') && !/^--(debug|json|quiet)$/.test(argv[index - 1] ?? '');
    return !value && commands.some(({ name }) => name === word);
  });
  return at === -1 ? argv : [argv[at] ?? '', ...argv.slice(0, at), ...argv.slice(at + 1)];
}

function find(verb: string, commands: readonly CommandSpec[]): CommandSpec {
  const spec = commands.find(({ name }) => name === verb);
  if (spec) return spec;
  const names = commands.map(({ name }) => name);
  throw new McpcatError('usage', `there is no command "${verb}"`, {
    hint: didYouMean(verb, names) || 'mcpcat --help lists them',
  });
}

function print(terminal: Terminal, text: string): number {
  terminal.stdout.write(text);
  return 0;
}
