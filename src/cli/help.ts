import type { CommandSpec, OptionSpec } from './command.ts';
import { globalOptions } from './parse.ts';

/** The help of one command. */
export function commandHelp(spec: CommandSpec): string {
  const options = Object.entries<OptionSpec>({ ...spec.options, ...globalOptions }).map(([name, option]) => {
    const value = option.value === undefined ? '' : ` ${option.value}`;
    return [`--${name}${value}`, option.help] as const;
  });
  return [
    spec.summary,
    '',
    `Usage: mcpcat ${spec.name} ${spec.usage}`.trimEnd(),
    '',
    'Options:',
    ...columns(options),
    '',
    'Examples:',
    ...columns(spec.examples),
    '',
  ].join('\n');
}

/** The help of the whole program. */
export function programHelp(specs: readonly CommandSpec[]): string {
  return [
    'mcpcat runs MCP servers in hardened containers that never outlive their client.',
    '',
    'Usage: mcpcat COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...columns(specs.map(({ name, summary }) => [name, summary] as const)),
    '',
    'mcpcat COMMAND --help shows the options and examples of one command.',
    '',
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
