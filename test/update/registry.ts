import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A package of the fake registry, in version 1.0.0 unless it says otherwise. */
export interface Package {
  readonly versions?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  /** npm: absent means a right one; `none` means the registry gives none. */
  readonly integrity?: string;
  readonly installScript?: boolean;
  /** PyPI: names of the files it has; a wheel for everything if absent. */
  readonly files?: readonly string[];
  /** Version → when it was published; long ago if absent, unsaid if undefined. */
  readonly published?: Readonly<Record<string, string | undefined>>;
  /** Version → why its author took it back. */
  readonly withdrawn?: Readonly<Record<string, string>>;
  /** PyPI: the simple index says nothing of yanked releases, as some mirrors do. */
  readonly bareIndex?: boolean;
  /** npm: the release that is tagged `latest`; the last one if absent. */
  readonly latest?: string;
  /** npm: version → further fields of its manifest. */
  readonly manifests?: Readonly<Record<string, object>>;
  /** npm: version → the tarball itself, for what is also built. */
  readonly tarballs?: Readonly<Record<string, Buffer>>;
  /** Go: the go.mod of all versions. */
  readonly mod?: string;
  /** Answered instead of the package. */
  readonly status?: number;
}

const longAgo = '2026-01-01T00:00:00.000Z';

function publishedAt({ published }: Package, version: string): string | undefined {
  return published !== undefined && version in published ? published[version] : longAgo;
}

export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Settings that make mcpcat, npm's resolver, uv and go ask here. */
  readonly env: Readonly<Record<string, string>>;
  readonly requests: readonly string[];
  /** Takes other packages from now on. */
  serve(packages: Readonly<Record<string, Package>>): void;
}

export type Protocol = 'npm' | 'pypi' | 'go';
type Answer = (path: string, url: string) => { status: number; type?: string; body?: string | Buffer };

/** A registry on loopback that speaks one of the three protocols about the given packages. */
export async function registry(
  protocol: Protocol,
  packages: Readonly<Record<string, Package>>,
): Promise<Registry> {
  const requests: string[] = [];
  const answers: Readonly<Record<Protocol, (packages: Readonly<Record<string, Package>>) => Answer>> = {
    npm: npmAnswer,
    pypi: pypiAnswer,
    go: goAnswer,
  };
  let answer = answers[protocol](packages);
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '/');
    requests.push(path);
    const { status, type = 'application/json', body = '{}' } = answer(path, url);
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    if (status === 200 && request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(status, { 'content-type': type, etag }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    env: settings(url)[protocol],
    requests,
    serve: (others) => void (answer = answers[protocol](others)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The settings for an address; on a port where nobody listens they make a registry that can't be reached. */
export function settings(url: string): Readonly<Record<Protocol, Readonly<Record<string, string>>>> {
  return {
    npm: { npm_config_registry: `${url}/` },
    pypi: { UV_INDEX_URL: `${url}/simple`, UV_HTTP_RETRIES: '1' },
    go: { GOPROXY: url },
  };
}

const notFound = { status: 404 } as const;
const tarball = 'not needed by a resolver';

function npmAnswer(packages: Readonly<Record<string, Package>>): Answer {
  return (path, url) => {
    const [, owner = '', file] = /^\/(.+)\/-\/.+-(\d[^/]*)\.tgz$/.exec(path) ?? [];
    if (file !== undefined) {
      const body = packages[owner]?.tarballs?.[file];
      return body === undefined ? notFound : { status: 200, type: 'application/octet-stream', body };
    }
    const name = path.slice(1);
    const found = packages[name];
    if (found === undefined) return notFound;
    if (found.status !== undefined) return { status: found.status };
    const versions = found.versions ?? ['1.0.0'];
    const hash = (version: string): string => {
      const content = found.tarballs?.[version] ?? tarball;
      return `sha512-${createHash('sha512').update(content).digest('base64')}`;
    };
    const manifest = (version: string): unknown => ({
      name,
      version,
      bin: { [name]: 'index.js' },
      dependencies: found.dependencies ?? {},
      ...(found.installScript === true
        ? { hasInstallScript: true, scripts: { install: 'node steal.js' } }
        : {}),
      dist: {
        tarball: `${url}/${name}/-/${name}-${version}.tgz`,
        ...(found.integrity === 'none' ? {} : { integrity: found.integrity ?? hash(version) }),
      },
      ...(found.withdrawn?.[version] === undefined ? {} : { deprecated: found.withdrawn[version] }),
      ...found.manifests?.[version],
    });
    const body = {
      name,
      'dist-tags': { latest: found.latest ?? versions.at(-1) },
      versions: Object.fromEntries(versions.map((version) => [version, manifest(version)])),
      time: Object.fromEntries(versions.map((version) => [version, publishedAt(found, version)])),
    };
    return { status: 200, body: JSON.stringify(body) };
  };
}

function pypiAnswer(packages: Readonly<Record<string, Package>>): Answer {
  return (path, url) => {
    const metadata = /^\/files\/([a-z]+)-([0-9.]+).*\.metadata$/.exec(path);
    if (metadata !== null)
      return {
        status: 200,
        body: metadataOf(packages[metadata[1] ?? ''], metadata[1] ?? '', metadata[2] ?? ''),
      };
    const [, api, name = ''] = /^\/(pypi|simple)\/([^/]+)(?:\/json|\/)?$/.exec(path) ?? [];
    const found = packages[name];
    if (found === undefined) return notFound;
    if (found.status !== undefined) return { status: found.status };
    const versions = found.versions ?? ['1.0.0'];
    const files = versions.flatMap((version) =>
      (found.files ?? [`${name}-${version}-py3-none-any.whl`]).map((filename) => ({ filename, version })),
    );
    if (api === 'simple')
      return { status: 200, type: simpleType, body: simplePage(found, { name, files, url }) };
    const release = (filename: string, version: string): unknown => ({
      filename,
      upload_time_iso_8601: publishedAt(found, version),
      yanked: found.withdrawn?.[version] !== undefined,
      yanked_reason: found.withdrawn?.[version] ?? null,
      url: `${url}/packages/${filename}`,
      digests: { sha256: sha256Of(filename) },
      size: 1,
      packagetype: filename.endsWith('.whl') ? 'bdist_wheel' : 'sdist',
    });
    const releases = versions.map((version) => [
      version,
      files.filter((file) => file.version === version).map(({ filename }) => release(filename, version)),
    ]);
    const body = { info: { version: versions.at(-1) }, releases: Object.fromEntries(releases) as unknown };
    return { status: 200, body: JSON.stringify(body) };
  };
}

const simpleType = 'application/vnd.pypi.simple.v1+json';

function simplePage(
  found: Package,
  {
    name,
    files,
    url,
  }: { name: string; files: readonly { filename: string; version: string }[]; url: string },
): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    name,
    files: files.map(({ filename, version }) => ({
      filename,
      yanked: found.bareIndex === true ? false : (found.withdrawn?.[version] ?? false),
      url: `${url}/files/${filename}`,
      hashes: { sha256: sha256Of(filename) },
      'core-metadata': filename.endsWith('.whl'),
      size: 1,
    })),
  });
}

function metadataOf(found: Package | undefined, name: string, version: string): string {
  const required = Object.entries(found?.dependencies ?? {}).map(
    ([other, specifier]) => `Requires-Dist: ${other}${specifier}`,
  );
  return ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, ...required, ''].join('\n');
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function goAnswer(packages: Readonly<Record<string, Package>>): Answer {
  return (path) => {
    const [, module = '', file = ''] = /^\/(.+)\/@(v\/.+|latest)$/.exec(path) ?? [];
    const found = packages[module];
    if (found === undefined) return notFound;
    if (found.status !== undefined) return { status: found.status };
    const versions = found.versions ?? ['v1.0.0'];
    if (file === 'v/list') return { status: 200, type: 'text/plain', body: `${versions.join('\n')}\n` };
    const version = versions.find((known) => file === `v/${known}.info`);
    if (version !== undefined) {
      const Time = publishedAt(found, version);
      return { status: 200, body: JSON.stringify({ Version: version, Time }) };
    }
    const known = versions.some((other) => file === `v/${other}.mod`);
    return known ? { status: 200, type: 'text/plain', body: found.mod ?? `module ${module}\n` } : notFound;
  };
}
