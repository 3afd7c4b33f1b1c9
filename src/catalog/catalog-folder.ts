import path from 'node:path';
import { projectFolder } from '../lib/project.ts';

/** Where the catalog is: `--catalog`, MCPCAT_CATALOG, or the one mcpcat came with. */
export function catalogFolder({
  option,
  env,
}: {
  option: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}): string {
  const chosen = option ?? env['MCPCAT_CATALOG'];
  if (chosen !== undefined && chosen !== '') return path.resolve(chosen);
  return path.join(projectFolder(), 'catalog');
}
