import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { z } from 'zod';
import { thisHost } from '../../src/host/this-host.ts';
import type { Answer } from './company.ts';
import { project } from './engine.ts';

/*
 * What the mirrors of a company answer. They speak the paths of the real places, each in a manner that mirrors have:
 * addresses of their own, a user and a password, an index in HTML.
 */

/** Public address → file. */
export const files = new Map<string, string>();
/** Where the images are that the cache of registries hands on: `HOST:PORT`. */
export const behindCache = { host: '' };

/** The user and the password that stand in the mirror's address. */
function withPassword(answer: Answer): Answer {
  const wanted = `Basic ${Buffer.from('reader:s3cret').toString('base64')}`;
  return (request, response) =>
    request.headers.authorization === wanted ? answer(request, response) : void response.writeHead(401).end();
}

function send(response: ServerResponse, url: string): void {
  const file = files.get(url);
  if (file === undefined) response.writeHead(404).end();
  else createReadStream(file).pipe(response);
}

/** One file, at the path where the real place would have it. */
function only(place: string, content: string): Answer {
  return ({ url }, response) => void (url === place ? response.end(content) : response.writeHead(404).end());
}

/** An index in HTML (PEP 503) with files at addresses of its own, as Artifactory, Nexus and devpi have them. */
function pypi({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const wheels = [...files.keys()].filter((known) => known.endsWith('.whl'));
  const nameOf = (known: string): string => known.slice(known.lastIndexOf('/') + 1);
  const asked = /^\/repo\/simple\/([a-z0-9-]+)\/$/.exec(url)?.[1];
  if (asked === undefined)
    return send(response, wheels.find((known) => nameOf(known) === path.basename(url)) ?? '');
  const own = wheels.filter((known) =>
    nameOf(known)
      .toLowerCase()
      .replaceAll(/[-_.]+/g, '-')
      .startsWith(`${asked}-`),
  );
  const links = own.map(
    (known) => `<a href="../../files/${nameOf(known)}#sha256=0">${nameOf(known)}</a><br>`,
  );
  response
    .setHeader('content-type', 'text/html')
    .end(`<!DOCTYPE html><html><body>${links.join('')}</body></html>`);
}

export const wheelName = 'mcpcat_fixture-1.0.0-py3-none-any.whl';
const wheel = Buffer.from(
  zipSync({
    'mcpcat_fixture-1.0.0.dist-info/METADATA': strToU8(
      'Metadata-Version: 2.1\nName: mcpcat-fixture\nVersion: 1.0.0\n',
    ),
    'mcpcat_fixture-1.0.0.dist-info/WHEEL': strToU8(
      'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ),
    'mcpcat_fixture-1.0.0.dist-info/entry_points.txt': strToU8('[console_scripts]\nfixture = fixture:main\n'),
    'mcpcat_fixture-1.0.0.dist-info/RECORD': strToU8(''),
  }),
);

/** One package in either ecosystem, with addresses of the mirror's own in all that it says; and the program uv. */
function resolving({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const own = `https://resolve.corp.test/py/files/${wheelName}`;
  const manifest = {
    name: 'mcpcat-fixture',
    version: '1.0.0',
    bin: { fixture: 'x.js' },
    dist: {
      tarball: 'https://resolve.corp.test/npm/mcpcat-fixture/-/mcpcat-fixture-1.0.0.tgz',
      integrity: `sha512-${'A'.repeat(86)}==`,
    },
  };
  const digests = { sha256, blake2b_256: `aabb${'c'.repeat(60)}` };
  const release = { filename: wheelName, url: own, digests, size: wheel.length, packagetype: 'bdist_wheel' };
  const json: Readonly<Record<string, unknown>> = {
    '/npm/mcpcat-fixture': {
      name: 'mcpcat-fixture',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': manifest },
    },
    '/py/pypi/mcpcat-fixture/json': { info: { version: '1.0.0' }, releases: { '1.0.0': [release] } },
  };
  const links: Readonly<Record<string, string>> = {
    '/py/simple/mcpcat-fixture/': `<a href="${own}#sha256=${sha256}">${wheelName}</a>`,
    '/py/simple/uv/': `<a href="/py/uv/${uvFile()}">${uvFile()}</a>`,
  };
  if (json[url] !== undefined)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(json[url]));
  else if (links[url] !== undefined) response.setHeader('content-type', 'text/html').end(links[url]);
  else if (url === `/py/files/${wheelName}`) response.end(wheel);
  else if (url === `/py/uv/${uvFile()}`) send(response, uvUrl());
  else response.writeHead(404).end();
}

const Tool = z.object({ files: z.record(z.string(), z.object({ url: z.string(), sha256: z.string() })) });

export function uvTool(): { readonly url: string; readonly sha256: string } {
  const text = readFileSync(path.join(project, 'templates/tools/uv.json'), 'utf8');
  const tool = Tool.parse(JSON.parse(text)).files[thisHost().platform];
  assert.ok(tool);
  return tool;
}
const uvUrl = (): string => uvTool().url;
const uvFile = (): string => path.basename(uvUrl());

/** A cache of registries: what ghcr.io has lies below `/ghcr`. */
function images({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const options = { headers: { accept: headers.accept ?? '*/*' } };
  get(`http://${behindCache.host}${url.replace('/v2/ghcr/', '/v2/')}`, options, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  }).on('error', () => response.writeHead(502).end());
}

/** By host. */
export const answers: Readonly<Record<string, Answer>> = {
  'resolve.corp.test': resolving,
  'npm.corp.test': withPassword(({ url = '' }, response) =>
    send(response, `https://registry.npmjs.org${url.replace('/api/npm', '')}`),
  ),
  'go.corp.test': ({ url = '' }, response) =>
    send(response, `https://proxy.golang.org${url.replace('/goproxy', '')}`),
  'pypi.corp.test': withPassword(pypi),
  'images.corp.test': images,
  'debian.corp.test': only('/deb/debian/pool/main/kept_1_all.deb', 'kept'),
  'snapshot.corp.test': only('/snap/archive/debian/20261127T080000Z/pool/main/left_1_all.deb', 'left'),
};
