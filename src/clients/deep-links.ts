import type { Entry } from '../catalog/entry.ts';

/** Addresses that a client opens to add a server. They start mcpcat from the PATH: only `install` knows a better place. */
export interface DeepLinks {
  readonly cursor: string;
  readonly vscode: string;
  readonly lmstudio: string;
  readonly goose: string;
}

type Linked = Pick<Entry, 'name' | 'title' | 'description' | 'permissions'>;

/** No secret is in them, and no folder but a place to write one: clients show the entry before they keep it. */
export function deepLinks({ name, title, description, permissions }: Linked): DeepLinks {
  const mounts = permissions.mounts
    .filter(({ required }) => required)
    .flatMap((mount) => ['--mount', `${mount.name}=/path`]);
  const entry = { command: 'mcpcat', args: ['run', name, ...mounts] };
  const named = encodeURIComponent(name);
  const config = encodeURIComponent(Buffer.from(JSON.stringify(entry)).toString('base64'));
  const goose = new URLSearchParams([
    ['cmd', entry.command],
    ...entry.args.map((arg) => ['arg', arg]),
    ['id', name],
    ['name', title],
    ['description', description],
  ] as [string, string][]);
  return {
    cursor: `cursor://anysphere.cursor-deeplink/mcp/install?name=${named}&config=${config}`,
    vscode: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, ...entry }))}`,
    lmstudio: `lmstudio://add_mcp?name=${named}&config=${config}`,
    // Its own links have %20, not the plus of a form.
    goose: `goose://extension?${goose.toString().replaceAll('+', '%20')}`,
  };
}
