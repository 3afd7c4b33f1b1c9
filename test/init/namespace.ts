/**
 * Importing this moves the test file into network, mount and user namespaces of its own: nothing but loopback, and a
 * resolv.conf that names 127.0.0.1. The process becomes `unshare`, then Node with the same file again, so that sockets
 * in the test are the applications of a container.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const inside = process.env['MCPCAT_TEST_NAMESPACE'];
/** Files of the namespace, to be removed with the test's own. */
export const namespaceFolder = inside ?? enter();

function enter(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-namespace-'));
  const program = path.join(folder, 'namespace');
  const resolv = path.join(folder, 'resolv.conf');
  const source = path.resolve(import.meta.dirname, '../fixtures/init/namespace.c');
  execFileSync('gcc', ['-Wall', '-Werror', '-o', program, source]);
  writeFileSync(resolv, 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n');
  const [, ...args] = process.argv;
  const words = ['-Urnm', '--', program, resolv, process.execPath, ...process.execArgv, ...args];
  // Typed as a function that returns, or all that follows would count as unreachable.
  const become: ((file: string, words: string[], env: NodeJS.ProcessEnv) => void) | undefined =
    process.execve?.bind(process);
  if (become === undefined) throw new Error('expected Node 22.15 or later with process.execve');
  become('/usr/bin/unshare', ['unshare', ...words], { ...process.env, MCPCAT_TEST_NAMESPACE: folder });
  return folder;
}
