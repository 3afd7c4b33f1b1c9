#!/usr/bin/env node
// The only file an older Node must be able to parse: it hands over to the bundle, or to the Node that the
// project pins, so that a client whose PATH finds an old Node first still gets a running launcher.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const major = Number(process.versions.node.split('.')[0]);
if (major >= 22) {
  await import('../dist/main.js');
} else {
  const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(pinned)) {
    process.stderr.write(
      `mcpcat: needs Node 22.13 or later, found ${process.versions.node}: install a newer Node\n`,
    );
    process.exit(3);
  }
  const { spawn } = await import('node:child_process');
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 3)));
}
