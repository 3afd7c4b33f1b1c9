import { McpcatError } from '../lib/errors.ts';

/** Where a server comes from: `npm:NAME[@RANGE]`, `pypi:NAME[@SPECIFIER]`, `go:PACKAGE-PATH[@VERSION]`. */
export interface Source {
  readonly kind: 'npm' | 'pypi' | 'go';
  readonly name: string;
  /** Undefined: the newest release. */
  readonly range: string | undefined;
}

/** What a name may look like; anything else never reaches a registry or a build. */
const names: Readonly<Record<Source['kind'], RegExp>> = {
  npm: /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/,
  pypi: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  go: /^[a-z0-9][a-z0-9.-]*\.[a-z]+(\/[A-Za-z0-9_][A-Za-z0-9._~-]*)+$/,
};
const ranges: Readonly<Record<Source['kind'], RegExp>> = {
  npm: /^[0-9A-Za-z^~<>=.*| +-]+$/,
  pypi: /^[0-9A-Za-z<>=!~.,*+-]+$/,
  go: /^v?[0-9A-Za-z.+-]+$/,
};

/** An image that somebody else has made: `oci:REPOSITORY[:TAG]@sha256:…`. */
export interface ImageSource {
  /** With its registry: `ghcr.io/owner/server`. */
  readonly repository: string;
  /** What `update` looks at; undefined: the digest is for good. */
  readonly tag: string | undefined;
  /** The only name by which it is asked for. */
  readonly digest: string;
}

const imageForm =
  /^oci:([a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?(?:\/[a-z0-9][a-z0-9._-]*)+)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?@(sha256:[0-9a-f]{64})$/;

/** Undefined for a package; throws `entry-invalid` for an image without a digest. */
export function imageSource(text: string): ImageSource | undefined {
  if (!text.startsWith('oci:')) return undefined;
  const [, repository, tag, digest] = imageForm.exec(text) ?? [];
  // A name without a registry means another one to each engine.
  if (
    repository !== undefined &&
    digest !== undefined &&
    /[.:]|^localhost\//.test(repository.split('/')[0] ?? '')
  )
    return { repository, tag, digest };
  throw new McpcatError(
    'entry-invalid',
    `source: expected oci:REGISTRY/REPOSITORY[:TAG]@sha256:…, found "${text}"`,
  );
}

/** What people call it: its tag, else the start of its digest. Undefined for a package. */
export function imageVersion(text: string): string | undefined {
  const image = imageSource(text);
  return image === undefined ? undefined : (image.tag ?? image.digest.slice(0, 'sha256:'.length + 12));
}

/** Throws `entry-invalid` for what is none of the three forms, `entry-refused` for an image, which has no packages. */
export function parseSource(text: string): Source {
  if (imageSource(text) !== undefined)
    throw new McpcatError(
      'entry-refused',
      `expected a package, found an image that was made elsewhere (${text}): nothing of it is locked, generated or published`,
      { hint: 'mcpcat build brings it here by its digest; mcpcat test and mcpcat run take it as it is' },
    );
  const match = /^(npm|pypi|go):(@?[^@]+)(?:@(.+))?$/.exec(text);
  const kind = match?.[1];
  const name = match?.[2] ?? '';
  if ((kind !== 'npm' && kind !== 'pypi' && kind !== 'go') || !names[kind].test(name)) {
    throw new McpcatError(
      'entry-invalid',
      `source: expected npm:NAME, pypi:NAME or go:PATH, found "${text}"`,
    );
  }
  const range = match?.[3];
  if (range !== undefined && !ranges[kind].test(range)) {
    throw new McpcatError('entry-invalid', `source: "${range}" is no version range of ${kind}`);
  }
  return { kind, name, range };
}
