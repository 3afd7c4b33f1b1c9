import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import type { LeftOut } from '../../export/choose.ts';
import { outside } from '../../export/outside.ts';
import { sandboxRuntimeSettings } from '../../export/sandbox-runtime.ts';
import { vscodeSandbox } from '../../export/vscode-sandbox.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Invocation } from '../command.ts';
import { mountRequests } from '../mount-option.ts';

const forms = ['srt', 'vscode-sandbox'] as const;
/** For who runs a server without a container. */
export type OutsideForm = (typeof forms)[number];

export function isOutside(form: string): form is OutsideForm {
  return forms.some((known) => known === form);
}

/** One server: both files are those of everything that is started with them. What they do not say goes to stderr. */
export function outsideFiles(
  form: OutsideForm,
  servers: readonly ListedServer[],
  { options, terminal }: Invocation,
): {
  readonly files: ReadonlyMap<string, string>;
  readonly left: readonly LeftOut[];
  readonly count: number;
} {
  const [server, ...more] = servers;
  if (server === undefined || more.length > 0)
    throw new McpcatError('usage', `--format ${form}: expected the name of one server`, {
      hint: 'its lists are those of all servers of a file: two would share them',
    });
  const { path } = terminal.host;
  const mounts = mountRequests(options.list('mount')).map((mount) => ({
    ...mount,
    hostPath: path.resolve(mount.hostPath),
  }));
  const made = outside(server, { mounts, unproved: options.flag('unproved') });
  if ('reason' in made) return { files: new Map(), left: [made], count: 0 };
  const { install, command, args, notes } = made;
  terminal.stderr.write(`mcpcat: ${server.name}: install it first: ${install}\n`);
  for (const note of notes) terminal.stderr.write(`mcpcat: ${server.name}: ${note}\n`);
  if (form === 'vscode-sandbox')
    return { files: new Map([['', jsonText(vscodeSandbox(made))]]), left: [], count: 1 };
  terminal.stderr.write(
    `mcpcat: ${server.name} is started with it by: srt --settings FILE ${[command, ...args].join(' ')}\n`,
  );
  return { files: new Map([['', jsonText(sandboxRuntimeSettings(made))]]), left: [], count: 1 };
}
