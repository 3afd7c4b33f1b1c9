import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import { httpGet } from '../lib/http.ts';
import { canonicalHosts, fetchUrl, hostFor, isPypiFile } from './hosts.ts';
import { pypiName } from './pypi-name.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** PEP 691; a mirror may answer with HTML (PEP 503) instead. */
const Simple = z.object({ files: z.array(z.object({ filename: z.string(), url: z.string() })) });
const jsonType = 'application/vnd.pypi.simple.v1+json';
const anchor = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/**
 * The address to fetch a recorded public one from. Mirrors of npm and Go have the same paths as the original; where one
 * of PyPI keeps a file only its index says. Throws `package-unknown` if that does not have it.
 */
export async function mirroredUrl(
  url: string,
  { env, signal }: { readonly env: Env; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const index = hostFor('pypi', env);
  if (!isPypiFile(url) || index === canonicalHosts.pypi) return fetchUrl(url, env);
  const file = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
  const subject = `pypi:${projectOf(file)}`;
  const page = `${index}/simple/${projectOf(file)}/`;
  const response = await httpGet(page, {
    subject,
    signal,
    headers: { accept: `${jsonType}, text/html;q=0.5` },
  });
  const found = linksIn(await response.text(), response.headers.get('content-type') ?? '').find(
    (link) => nameOf(link) === file,
  );
  if (found === undefined)
    throw new McpcatError(
      'package-unknown',
      `${subject}: the mirror at ${new URL(page).host} has no ${file}`,
      {
        hint: 'it may not keep old releases',
      },
    );
  return withUser(new URL(found, response.url === '' ? page : response.url), new URL(page)).href;
}

/** A wheel begins with the name of its project (PEP 427). */
function projectOf(wheel: string): string {
  return pypiName(wheel.split('-')[0] ?? wheel);
}

function linksIn(text: string, type: string): string[] {
  if (type.includes('json')) return Simple.parse(JSON.parse(text)).files.map(({ url }) => url);
  return [...text.matchAll(anchor)].map(([, double, single]) =>
    (double ?? single ?? '').replaceAll('&amp;', '&'),
  );
}

function nameOf(link: string): string {
  const path = link.replace(/[?#].*$/, '');
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

/** Whoever signs in for the index signs in for its files, on the same host alone. */
function withUser(url: URL, page: URL): URL {
  if (url.origin !== page.origin || url.username !== '') return url;
  url.username = page.username;
  url.password = page.password;
  return url;
}
