import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { McpcatError } from '../lib/errors.ts';
import { isGoVersion } from '../versioning/go.ts';
import { runGo, type GoCommand } from './go-command.ts';
import { hostFor } from './hosts.ts';

/**
 * The version that go takes for `latest`, also of a module without tags: proxies differ in how they say it, so go
 * itself is asked. Throws what `runGo` throws.
 */
export async function newestModuleVersion(
  module: string,
  { program, given, signal }: Pick<GoCommand, 'program' | 'given' | 'signal'>,
): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-module-'));
  try {
    const version = await runGo({
      program,
      subject: module,
      given,
      args: ['list', '-m', '-f', '{{.Version}}', `${module}@latest`],
      folder,
      env: {
        GOPROXY: hostFor('go', given),
        GOMODCACHE: path.join(folder, 'cache'),
        GOFLAGS: '-modcacherw',
        GOTOOLCHAIN: 'local',
      },
      signal,
    });
    if (isGoVersion(version.trim())) return version.trim();
    throw new McpcatError(
      'upstream-unavailable',
      `go:${module}: expected a version, found "${version.trim()}"`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
  }
}
