import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../lib/make-folder.ts';
import { generateServer, writeServerContext } from '../../image-build/build-server.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Emit } from '../../lib/event.ts';
import type { Execute } from '../command.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { runContextOf, buildEnvironmentOf, readServersOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const out = options.text('out');
  if (out === undefined)
    throw new McpcatError('usage', 'expected --out DIR', { hint: 'mcpcat generate NAME --out DIR' });
  const [servers, buildEnvironment] = await Promise.all([
    readServersOf(invocation),
    buildEnvironmentOf(invocation),
  ]);
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: async (emit: Emit) => {
      const generated = await generateServer(server, buildEnvironment);
      const folder = path.join(path.resolve(out), server.entry.name);
      await replaceContext(folder, (temporary) =>
        writeServerContext(generated, {
          folder: temporary,
          server,
          run: runContextOf(invocation, emit),
        }),
      );
      return { name: server.entry.name, folder, fingerprint: generated.fingerprint };
    },
  }));
  const results = await runJobs(jobs, { terminal, width: 2, quiet: options.flag('quiet') });
  return printOutcome(invocation, {
    results,
    header: ['server', 'folder'],
    row: ({ name, folder }) => [name, folder],
  });
};

/** Writes beside the folder and renames: what is there is a whole context, the old one or the new one. */
async function replaceContext(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const present = await readdir(folder).catch((): string[] => []);
  if (present.length > 0 && !present.includes('Dockerfile')) {
    throw new McpcatError(
      'io-failed',
      `expected a build context or nothing at ${folder}, found other files`,
      {
        hint: 'choose another --out, or move them away',
      },
    );
  }
  await makeFolder(path.dirname(folder));
  const temporary = await mkdtemp(`${folder}.tmp-`);
  try {
    await write(temporary);
    await chmod(temporary, 0o755);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
