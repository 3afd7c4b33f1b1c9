import type { Source } from '../catalog/source.ts';
import { isPlainAddress } from '../lib/markdown-text.ts';

/** One file of the package itself, without its dependencies. */
export interface PackageFile {
  /** Inside the package, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What a registry and the package itself say about it. All of it is its author's word. */
export interface Package {
  readonly kind: Source['kind'];
  /** As the entry's `source` has it; for Go the path of the main package. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** SPDX where it could be told. */
  readonly license: string | undefined;
  readonly repository: string | undefined;
  readonly keywords: readonly string[];
  readonly bins: readonly string[];
  /** Its author gave it up: in their words. */
  readonly deprecated: string | undefined;
  readonly readme: string;
  readonly files: readonly PackageFile[];
}

export interface PackageQuery {
  readonly name: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
}

/** An https address of a repository from the many ways to write one. */
export function repositoryUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const short = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/.exec(text.trim());
  const host = { gitlab: 'gitlab.com', bitbucket: 'bitbucket.org' }[short?.[1] ?? ''] ?? 'github.com';
  const full = short === null ? text.trim() : `https://${host}/${short[2] ?? ''}`;
  const url = full
    .replace(/^git\+/, '')
    .replace(/^(git|ssh|http):\/\/(git@)?/, 'https://')
    .replace(/^git@([^:]+):/, 'https://$1/')
    .replace(/^https:\/\/[^/@]*@/, 'https://')
    .replace(/(\.git)?(#.*)?$/, '')
    .replace(/^(https:\/\/github\.com\/[^/]+\/[^/]+)\/.*$/, '$1')
    .replace(/\/+$/, '');
  return /^https:\/\/[\w.-]+\.[a-z]+\/\S+$/i.test(url) && isPlainAddress(url) ? url : undefined;
}
