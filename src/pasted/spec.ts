import { refuse, type PackageKind } from './found.ts';

/**
 * A package as its own tool writes it → the part behind the kind in a source. The newest is what a catalog follows, so
 * `@latest` is left out; uv writes `name@1.2`, pip `name==1.2`. Whatever is no release of a registry is refused.
 */
export function specOf(kind: PackageKind, spec: string): string {
  const plain = spec.replace(/@latest$/, '');
  if (kind === 'npm') return npmSpec(plain);
  if (kind === 'pypi') return pypiSpec(plain);
  if (/^\.{0,2}(\/|$)/.test(plain)) throw fromFile('go', plain);
  return plain;
}

function npmSpec(spec: string): string {
  if (/^(file:|[./~]|[A-Za-z]:[\\/])/.test(spec) || (spec.endsWith('.tgz') && !/^https?:/.test(spec)))
    throw fromFile('npm', spec);
  if (
    /^(git\+|git:|github:|gitlab:|bitbucket:|https?:|ssh:)/.test(spec) ||
    /^[\w.-]+\/[\w.-]+(#.*)?$/.test(spec)
  )
    throw refuse(
      `expected a package of the npm registry, found ${spec}`,
      'name what the repository publishes: npm:NAME',
    );
  const alias = /^[^@]+@npm:(.+)$/.exec(spec)?.[1];
  return alias ?? spec;
}

function pypiSpec(spec: string): string {
  if (/^(git\+|hg\+|https?:)/.test(spec) || /@\s*(git\+|https?:)/.test(spec))
    throw refuse(
      `expected a package of PyPI, found ${spec}`,
      'name what the repository publishes: pypi:NAME',
    );
  if (/^(file:|[./~]|[A-Za-z]:[\\/])/.test(spec) || spec.endsWith('.whl')) throw fromFile('pypi', spec);
  const [, name = '', extra, range = ''] = /^([A-Za-z0-9._-]+)(\[[^\]]*\])?(.*)$/s.exec(spec) ?? [];
  if (extra !== undefined)
    throw refuse(
      `${name}${extra}: an entry can't ask for extras of a package`,
      `try it without: pypi:${name}; what an extra brings has to be in a package of its own`,
    );
  const wanted = range
    .replaceAll(/\s+/g, '')
    .replace(/^@(?=\d)/, '==')
    .replace(/^@/, '');
  return wanted === '' ? name : `${name}@${wanted}`;
}

function fromFile(kind: PackageKind, spec: string): Error {
  return refuse(
    `expected a published package, found a file or folder: ${spec}`,
    `name what it publishes: ${kind === 'go' ? 'go:PATH' : `${kind}:NAME`}`,
  );
}
