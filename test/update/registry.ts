import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A package of the stand-in, in version 1.0.0 unless it says otherwise. */
export interface Package {
  readonly versions?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  /** npm: absent means a right one; `none` means the registry gives none. */
  readonly integrity?: string;
  readonly installScript?: boolean;
  /** PyPI: names of the files it has; a wheel for everything if absent. */
  readonly files?: readonly string[];
  /** Answered instead of the package. */
  readonly status?: number;
}

export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Settings that make mcpcat, npm's resolver, uv and go ask here. */
  readonly env: Readonly<Record<string, string>>;
  readonly requests: readonly string[];
}

export type Protocol = 'npm' | 'pypi' | 'go';
type Answer = (path: string, url: string) => { status: number; type?: string; body?: string };

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
  const answer = answers[protocol](packages);
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '/');
    requests.push(path);
    const { status, type = 'application/json', body = '{}' } = answer(path, url);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    env: settings(url)[protocol],
    requests,
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
const sha512 = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

function npmAnswer(packages: Readonly<Record<string, Package>>): Answer {
  return (path, url) => {
    const name = path.slice(1);
    const found = packages[name];
    if (found === undefined) return notFound;
    if (found.status !== undefined) return { status: found.status };
    const versions = found.versions ?? ['1.0.0'];
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
        ...(found.integrity === 'none' ? {} : { integrity: found.integrity ?? sha512 }),
      },
    });
    const body = {
      name,
      'dist-tags': { latest: versions.at(-1) },
      versions: Object.fromEntries(versions.map((version) => [version, manifest(version)])),
      time: {},
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
    if (found.status !== undefined && api === 'simple') return { status: found.status };
    const versions = found.versions ?? ['1.0.0'];
    const files = versions.flatMap((version) =>
      (found.files ?? [`${name}-${version}-py3-none-any.whl`]).map((filename) => ({ filename, version })),
    );
    if (api === 'simple') return { status: 200, type: simpleType, body: simplePage(name, files, url) };
    const release = (filename: string): unknown => ({
      filename,
      url: `${url}/packages/${filename}`,
      digests: { sha256: sha256Of(filename) },
      size: 1,
      packagetype: filename.endsWith('.whl') ? 'bdist_wheel' : 'sdist',
    });
    const releases = versions.map((version) => [
      version,
      files.filter((file) => file.version === version).map(({ filename }) => release(filename)),
    ]);
    const body = { info: { version: versions.at(-1) }, releases: Object.fromEntries(releases) as unknown };
    return { status: 200, body: JSON.stringify(body) };
  };
}

const simpleType = 'application/vnd.pypi.simple.v1+json';

function simplePage(name: string, files: readonly { filename: string }[], url: string): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1' },
    name,
    files: files.map(({ filename }) => ({
      filename,
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
    return version === undefined ? notFound : { status: 200, body: JSON.stringify({ Version: version }) };
  };
}
