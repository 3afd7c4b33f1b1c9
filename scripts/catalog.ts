/** `npm run catalog`: builds and proves every entry. What is built already is skipped, so it can be interrupted. */
import { spawnSync } from 'node:child_process';

const steps = [
  ['doctor', '--fix'],
  ['base', 'build'],
  ['build', '--all'],
  ['test', '--all'],
];
let failed = 0;
for (const args of steps) {
  process.stdout.write(`\n── mcpcat ${args.join(' ')}\n`);
  const { status } = spawnSync(process.execPath, ['bin/mcpcat.js', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) continue;
  failed = status ?? 3;
  // One broken entry does not keep the others from being proved; without engine or bases there is nothing to do.
  if (args[0] === 'doctor' || args[0] === 'base') break;
}
process.exit(failed);
