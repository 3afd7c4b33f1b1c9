import path from 'node:path';
import { runHere } from '../rig/in-process.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** What a machine of its own would have: nothing of ours, and no engine. */
const environment = {
  HOME: '/home/nobody',
  MCPCAT_CATALOG: path.join(import.meta.dirname, 'catalog'),
  DOCKER_HOST: 'unix:///nowhere/engine.sock',
};

/** Runs a line such as `NO_COLOR=1 mcpcat list` in this process; its output without anything of this machine. */
export async function transcript(line: string): Promise<string> {
  const words = line.replace(/^\$ /, '').split(' ');
  const start = words.indexOf('mcpcat');
  const settings = words.slice(0, start).map((word) => word.split('=') as [string, string]);
  const { code, stdout, stderr } = await runHere(words.slice(start + 1), {
    ...environment,
    ...Object.fromEntries(settings),
  });
  const errors = stderr === '' ? '' : `--- stderr\n${stderr}`;
  return `${line}\n${stdout}${errors}--- exit ${String(code)}\n`
    .replaceAll(project, '<project>')
    .replaceAll(/:local-c[0-9a-f]{12}/g, ':local-c<catalog>');
}
