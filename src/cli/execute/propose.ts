import { existsSync } from 'node:fs';
import path from 'node:path';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { proposeFiles } from '../../pipeline/propose-files.ts';
import type { Execute } from '../command.ts';
import { forgeTarget, githubOf } from './forge-target.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  if (positionals.length === 0)
    throw new McpcatError('usage', 'propose: expected files or folders to propose');
  const name = options.text('branch') ?? 'files';
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw new McpcatError(
      'usage',
      `--branch: expected lower-case letters, digits and hyphens, found "${name}"`,
    );
  const root = rootAbove(process.cwd());
  const { files, pullRequest } = await proposeFiles({
    ...forgeTarget(invocation, githubOf(invocation), 'propose'),
    root,
    places: positionals.map((place) => path.resolve(place)),
    branch: `mcpcat/${name}`,
    title: options.text('title') ?? `Written by mcpcat: ${name}`,
    body: options.text('body') ?? 'These files were written by mcpcat.',
  });
  const said =
    pullRequest === undefined
      ? 'nothing to propose: the default branch has all of it'
      : `pull request #${String(pullRequest.number)} ${pullRequest.state}: ${pullRequest.address} (${String(files.length)} files)`;
  terminal.stdout.write(
    options.flag('json') ? jsonText({ files, pullRequest: pullRequest ?? null }) : `${said}\n`,
  );
  return 0;
};

/** The folder that holds `.git`, as paths in a repository are seen from there. */
function rootAbove(start: string): string {
  for (let folder = start; folder !== path.dirname(folder); folder = path.dirname(folder))
    if (existsSync(path.join(folder, '.git'))) return folder;
  throw new McpcatError('usage', `propose: expected a folder of a git repository, found ${start}`);
}
