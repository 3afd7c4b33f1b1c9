import { visible } from '../lib/plain-text.ts';

/**
 * Where commands print. Everything on its way to a terminal goes through here, so no command can forget that words of
 * strangers are in it. Only `streams` of the terminal has the bytes themselves: for a client's protocol.
 */
export interface TextOutput {
  write(text: string): boolean;
  readonly isTTY: boolean;
  /** Lines of the window, where there is one. */
  readonly rows: number | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `stream` is asked for late: Node makes its standard streams when they are first used. */
export function textOutput(stream: () => NodeJS.WriteStream, env: Env): TextOutput {
  const inWorkflow = env['GITHUB_ACTIONS'] === 'true';
  return {
    write: (text) => stream().write(inWorkflow ? withoutCommands(visible(text)) : visible(text)),
    get isTTY() {
      return stream().isTTY === true;
    },
    get rows() {
      return stream().rows;
    },
  };
}

/** GitHub's runner obeys lines that begin with `::`, and `##[` anywhere (docs.github.com: workflow commands). */
function withoutCommands(text: string): string {
  return text.replaceAll(/^([^\S\n]*):(?=:)/gm, String.raw`$1\u003a`).replaceAll('##[', String.raw`##\u005b`);
}
