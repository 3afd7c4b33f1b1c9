import { chmod } from 'node:fs/promises';
import type { Host } from '../host/host.ts';
import { writeWhole } from '../lib/folders.ts';

export interface OwnCommand {
  /** The Node that runs this program, and its first file, both absolute. */
  readonly node: string;
  readonly main: string;
  /** Folder of ours for what belongs to this machine. */
  readonly data: string;
  readonly host: Host;
}

/** The command that entries name: absolute, in a place that neither an update of Node nor one of mcpcat moves. */
export function ownCommandPath({ data, host }: Pick<OwnCommand, 'data' | 'host'>): string {
  return host.path.join(data, 'bin', host.system === 'windows' ? 'mcpcat.cmd' : 'mcpcat');
}

/** Writes that command; each install makes it anew, so that it leads to the mcpcat that was used last. */
export async function writeOwnCommand(own: OwnCommand): Promise<string> {
  const file = ownCommandPath(own);
  await writeWhole(file, own.host.system === 'windows' ? windowsText(own) : shellText(own));
  if (own.host.system !== 'windows') await chmod(file, 0o755);
  return file;
}

/**
 * A client with a window has no useful PATH, and version managers of Node move it with each update: the Node of the
 * installation first, then where Nodes usually are. `exec`, so that the client's signals reach mcpcat itself.
 */
export function shellText({ node, main }: Pick<OwnCommand, 'node' | 'main'>): string {
  return `#!/bin/sh
# Written by "mcpcat install": the command in the configuration of MCP clients. "mcpcat install" writes it anew.
main=${quoted(main)}
if [ ! -f "$main" ]; then
  echo "mcpcat: it is not at $main any more: install it again, then run: mcpcat install" >&2
  exit 3
fi
for node in ${quoted(node)} /usr/local/bin/node /opt/homebrew/bin/node /usr/bin/node \\
  "\${HOME:-/nonexistent}"/.volta/bin/node "\${HOME:-/nonexistent}"/.nvm/versions/node/*/bin/node \\
  "\${HOME:-/nonexistent}"/.local/share/fnm/node-versions/*/installation/bin/node; do
  [ -x "$node" ] && exec "$node" "$main" "$@"
done
exec node "$main" "$@"
`;
}

/** In single quotes, as sh(1) has it: nothing in a path means anything there. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function windowsText({ node, main }: Pick<OwnCommand, 'node' | 'main'>): string {
  // A per cent sign begins a variable in a batch file; two are one.
  const [program, script] = [node, main].map((text) => text.replaceAll('%', '%%'));
  return [
    '@echo off',
    'rem Written by "mcpcat install": the command in the configuration of MCP clients.',
    `if exist "${program ?? ''}" ("${program ?? ''}" "${script ?? ''}" %*) else (node "${script ?? ''}" %*)`,
    '',
  ].join('\r\n');
}
