import { McpcatError } from '../lib/errors.ts';
import { parseReference } from '../registry/reference.ts';
import { Registry, type RegistryOptions } from '../registry/registry.ts';
import type { Target } from './send.ts';

/** Where the images of a catalog go: `HOST[:PORT][/PREFIX]`, one repository for each server below it. */
export interface RepositoryRoot {
  readonly registry: Registry;
  targetOf(name: string): Target;
}

/** Rejects with `usage` for anything that does not begin with a host: a typing error must not end up on Docker Hub. */
export function repositoryRootOf(text: string, options: RegistryOptions): RepositoryRoot {
  const prefix = text.replace(/\/+$/, '');
  const first = prefix.split('/')[0] ?? '';
  if (!/[.:]/.test(first) && first !== 'localhost')
    throw new McpcatError('usage', `registry: expected HOST/PREFIX, such as ghcr.io/owner, found "${text}"`, {
      inputs: [{ name: 'registry' }],
    });
  const repositoryOf = (name: string): string => {
    const { repository, tag, digest } = parseReference(`${prefix}/${name}`);
    if (tag === undefined && digest === undefined) return repository;
    throw new McpcatError('usage', `registry: expected HOST/PREFIX without tag, found "${text}"`, {
      inputs: [{ name: 'registry' }],
    });
  };
  repositoryOf('name');
  const registry = new Registry(parseReference(`${prefix}/name`).host, options);
  return { registry, targetOf: (name) => ({ registry, repository: repositoryOf(name) }) };
}
