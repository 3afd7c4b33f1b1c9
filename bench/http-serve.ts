import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { atHome } from '../test/rig/at-home.ts';
import { eventually, mcpcat, project } from '../test/rig/engine.ts';
import type { Served } from './http-sessions.ts';

/** A `serve --http` of a bench, ready to be asked. */
export interface HttpServe {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly served: Served;
}

/** Starts one in this home with these words after `serve --http`. It ends with this process at the latest. */
export async function httpServe(home: string, words: readonly string[]): Promise<HttpServe> {
  const child = spawn(process.execPath, [mcpcat, 'serve', '--http', ...words], {
    env: atHome(home),
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.on('exit', () => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, 64_000)));
  await eventually(
    async () => Promise.resolve(said),
    (text) => text.includes('Authorization'),
  );
  const url = /serving at (\S+)/.exec(said)?.[1] ?? '';
  const token = readFileSync(path.join(home, '.local/share/mcpcat/serve-token'), 'utf8').trim();
  return { child, ended, served: { url, token } };
}
