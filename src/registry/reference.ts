import { McpcatError } from '../lib/errors.ts';
import { parseDigest, type Digest } from './digest.ts';

/** Where an image is: `ghcr.io/owner/time:1.2.3@sha256:…`. */
export interface Reference {
  /** `host[:port]`, lower case; `docker.io` if the text names none. */
  readonly host: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const hostForm = /^(?:localhost|\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::[0-9]{1,5})?$/;
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryForm = new RegExp(`^${component}(?:/${component})*$`);
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * `[host[:port]/]path[:tag][@digest]`. As in docker, a first part without dot, colon and not `localhost` is no host,
 * and a lone name on docker.io is in `library/`. No tag is invented: `latest` must be written. Rejects with `usage`.
 */
export function parseReference(text: string): Reference {
  const [named = '', digestText, ...rest] = text.split('@');
  if (rest.length > 0) throw malformed(text, 'more than one @');
  const digest = digestText === undefined ? undefined : parseDigest(digestText, `image ${text}`);
  const { host, remainder } = splitHost(named);
  if (!hostForm.test(host)) throw malformed(text, `"${host}" is no host name`);
  const colon = remainder.indexOf(':');
  const tag = colon < 0 ? undefined : remainder.slice(colon + 1);
  if (tag !== undefined && !tagForm.test(tag)) throw malformed(text, `"${tag}" is no tag`);
  const repository = inLibrary(host, colon < 0 ? remainder : remainder.slice(0, colon));
  if (!repositoryForm.test(repository) || repository.length > 255) {
    throw malformed(text, `"${repository}" is no repository name (lower case letters, digits, ._-/)`);
  }
  return { host, repository, tag, digest };
}

function splitHost(named: string): { host: string; remainder: string } {
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  if (first !== 'localhost' && !/[.:]/.test(first)) return { host: 'docker.io', remainder: named };
  const host = first.toLowerCase();
  return { host: host === 'index.docker.io' ? 'docker.io' : host, remainder: named.slice(slash + 1) };
}

function inLibrary(host: string, repository: string): string {
  return host === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository;
}

function malformed(text: string, why: string): McpcatError {
  return new McpcatError('usage', `image "${text}": expected host/path[:tag][@digest]; ${why}`);
}

/** The reference as text, with all that it holds. */
export function referenceText({ host, repository, tag, digest }: Reference): string {
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
