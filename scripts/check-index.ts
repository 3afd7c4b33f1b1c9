/** The part of `npm run check` about what `mcpcat index` writes, in the repository of the working folder. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { checkIndex, type Ended } from './check/index-check.ts';

const main = path.resolve(import.meta.dirname, '../src/main.ts');

function mcpcat(args: readonly string[]): Promise<Ended> {
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], options);
  return Promise.resolve({ code: status ?? 3, stdout, stderr });
}

const { fault, notice } = await checkIndex({ folder: process.cwd(), env: process.env, mcpcat });
const text = fault ?? notice;
if (text !== undefined) process.stdout.write(`${text}\n`);
process.exit(fault === undefined ? 0 : 1);
