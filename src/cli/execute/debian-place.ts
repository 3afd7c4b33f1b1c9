import { baseRef } from '../../base/references.ts';
import { resolvePackages, type AptPlace, type ResolveDebian } from '../../debian/confined-apt.ts';
import { McpcatError } from '../../lib/errors.ts';
import { hostFor } from '../../upstream/hosts.ts';
import type { Invocation } from '../command.ts';
import { engineOf, hostPlatform, templatesFolder } from './build-environment.ts';

/** Where apt is asked: in the build base of this machine's platform, with the mirror of the options. */
export async function debianPlaceOf(invocation: Invocation): Promise<AptPlace> {
  const { options, terminal } = invocation;
  const templates = templatesFolder();
  const engine = await engineOf(invocation);
  const query = { kind: 'debian', stage: 'build', platform: hostPlatform() } as const;
  const { reference: image } = await baseRef(templates, query);
  if ((await engine.inspectImage(image)) === undefined)
    throw new McpcatError('base-missing', `the base ${image}, in which apt runs, is not on this engine`, {
      hint: 'mcpcat base build',
    });
  const mirror = options.text('mirror') ?? hostFor('debian', terminal.env);
  const cacheFolder = terminal.host.folders(terminal.env).cache;
  return { engine, image, mirror, templates, cacheFolder, signal: terminal.signal };
}

/** Looks for the engine when it is needed: few entries name packages of Debian. */
export function debianResolverOf(invocation: Invocation): ResolveDebian {
  return async (wishes) => resolvePackages(await debianPlaceOf(invocation), wishes);
}
