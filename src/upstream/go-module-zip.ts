import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runGo, type GoCommand } from './go-command.ts';
import { escapePath, type GoModule } from './go-proxy.ts';
import { hostFor } from './hosts.ts';

/**
 * The zip of a module as the checksum database knows it: the go command asks that database, checks what came, and
 * takes no more than 500 MiB, before anything of the zip is read here.
 */
export async function checkedZip(
  { path: module, version }: GoModule,
  { program, subject, given, signal }: Pick<GoCommand, 'program' | 'subject' | 'given' | 'signal'>,
): Promise<Uint8Array> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-module-'));
  try {
    await runGo({
      program,
      subject,
      given,
      args: ['mod', 'download', `${module}@${version}`],
      folder,
      env: {
        GOPROXY: hostFor('go', given),
        GOMODCACHE: path.join(folder, 'cache'),
        GOFLAGS: '-modcacherw',
        GOTOOLCHAIN: 'local',
      },
      signal,
    });
    const kept = path.join(folder, 'cache', 'cache', 'download', escapePath(module), '@v');
    return await readFile(path.join(kept, `${escapePath(version)}.zip`));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}
