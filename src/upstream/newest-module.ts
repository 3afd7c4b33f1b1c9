import { McpcatError } from '../lib/errors.ts';
import { isGoVersion } from '../versioning/go.ts';
import { goApart, type GoAsker } from './go-apart.ts';

/**
 * The version that go takes for `latest`, also of a module without tags: proxies differ in how they say it, so go
 * itself is asked. Throws what `runGo` throws.
 */
export async function newestModuleVersion(module: string, asker: Omit<GoAsker, 'subject'>): Promise<string> {
  const args = ['list', '-m', '-f', '{{.Version}}', `${module}@latest`];
  const version = await goApart({ ...asker, subject: module }, args, (said) => said.trim());
  if (isGoVersion(version)) return version;
  throw new McpcatError('upstream-unavailable', `go:${module}: expected a version, found "${version}"`);
}
