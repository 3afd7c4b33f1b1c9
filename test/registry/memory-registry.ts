import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listening } from './proxy.ts';

interface Persisted {
  readonly type: string;
  readonly bytes: Buffer;
}

interface Request {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly url: URL;
  readonly repository: string;
  /** What follows the repository's `blobs/`, `manifests/` or `tags/`. */
  readonly rest: string;
}

/**
 * A registry in memory that speaks the distribution protocol over loopback (OCI distribution specification 1.1) as
 * Debian's docker-registry 2.8 does: without the referrers API, and giving up an upload whose length is not what its own
 * location says. The same tests run against the real one (test/docker/registries/real-registry.test.ts).
 */
export class MemoryRegistry {
  readonly #account: string | undefined;
  /** Repository and digest, or repository and tag. */
  readonly #blobs = new Map<string, Persisted>();
  readonly #manifests = new Map<string, Persisted>();
  readonly #tags = new Map<string, string>();
  readonly #uploads = new Map<string, Buffer>();
  readonly #referrersPage: number | undefined;

  /** With `referrersPage` it has the referrers API, with that many on a page, as newer registries do. */
  constructor(
    account?: { readonly username: string; readonly password: string },
    { referrersPage }: { readonly referrersPage?: number } = {},
  ) {
    this.#referrersPage = referrersPage;
    this.#account = account && Buffer.from(`${account.username}:${account.password}`).toString('base64');
  }

  async listen(): Promise<{ readonly host: string } & AsyncDisposable> {
    return listening([], (incoming, outgoing) => {
      this.#answer(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '', 'http://registry');
    if (this.#account !== undefined && incoming.headers.authorization !== `Basic ${this.#account}`) {
      incoming.resume();
      return refuse(outgoing, {
        status: 401,
        code: 'UNAUTHORIZED',
        headers: { 'www-authenticate': 'Basic realm="test"' },
      });
    }
    if (url.pathname === '/v2/') return void outgoing.writeHead(200).end('{}');
    const [, repository = '', noun = '', rest = ''] =
      /^\/v2\/(.+)\/(blobs|manifests|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    const request: Request = { incoming, outgoing, url, repository, rest };
    if (noun === 'manifests') return this.#manifest(request);
    if (noun === 'referrers' && this.#referrersPage !== undefined) return this.#referrers(request);
    if (noun === 'tags' && rest === 'list') return this.#tagList(request);
    if (noun === 'blobs' && rest.startsWith('uploads/')) return this.#upload(request);
    if (noun === 'blobs') return this.#blob(request);
    incoming.resume();
    refuse(outgoing, { status: 404, code: 'UNSUPPORTED' });
  }

  #blob({ incoming, outgoing, repository, rest }: Request): void {
    const kept = this.#blobs.get(`${repository} ${rest}`);
    if (kept === undefined) return refuse(outgoing, { status: 404, code: 'BLOB_UNKNOWN' });
    const from = /^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1];
    const bytes = kept.bytes.subarray(Number(from ?? 0));
    const range = `bytes ${from ?? '0'}-${String(kept.bytes.length - 1)}/${String(kept.bytes.length)}`;
    outgoing.writeHead(from === undefined ? 200 : 206, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      'docker-content-digest': rest,
      ...(from === undefined ? {} : { 'content-range': range }),
    });
    outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
  }

  async #manifest({ incoming, outgoing, repository, rest }: Request): Promise<void> {
    if (incoming.method === 'PUT') {
      const bytes = await buffer(incoming);
      const digest = digestOf(bytes);
      if (rest.includes(':') && rest !== digest)
        return refuse(outgoing, { status: 400, code: 'DIGEST_INVALID' });
      this.#manifests.set(`${repository} ${digest}`, { type: incoming.headers['content-type'] ?? '', bytes });
      if (!rest.includes(':')) this.#tags.set(`${repository} ${rest}`, digest);
      const location = `/v2/${repository}/manifests/${digest}`;
      const subject = this.#referrersPage === undefined ? undefined : subjectIn(bytes);
      const known = subject === undefined ? {} : { 'oci-subject': subject };
      return void outgoing.writeHead(201, { location, 'docker-content-digest': digest, ...known }).end();
    }
    const digest = rest.includes(':') ? rest : (this.#tags.get(`${repository} ${rest}`) ?? '');
    const kept = this.#manifests.get(`${repository} ${digest}`);
    if (kept === undefined) return refuse(outgoing, { status: 404, code: 'MANIFEST_UNKNOWN' });
    outgoing.writeHead(200, {
      'content-type': kept.type,
      'content-length': kept.bytes.length,
      'docker-content-digest': digest,
      etag: `"${digest}"`,
    });
    outgoing.end(incoming.method === 'HEAD' ? undefined : kept.bytes);
  }

  #referrers({ outgoing, url, repository, rest }: Request): void {
    const all = [...this.#manifests].filter(
      ([key, { bytes }]) => key.startsWith(`${repository} `) && subjectIn(bytes) === rest,
    );
    const from = Number(url.searchParams.get('from') ?? 0);
    const to = from + (this.#referrersPage ?? 0);
    const manifests = all.slice(from, to).map(([key, { type, bytes }]) => {
      const { artifactType, annotations } = JSON.parse(bytes.toString()) as Record<string, unknown>;
      const digest = key.slice(repository.length + 1);
      return { mediaType: type, digest, size: bytes.length, artifactType, annotations };
    });
    const type = 'application/vnd.oci.image.index.v1+json';
    const link = `</v2/${repository}/referrers/${rest}?from=${String(to)}>; rel="next"`;
    outgoing.writeHead(200, { 'content-type': type, ...(to < all.length ? { link } : {}) });
    outgoing.end(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
  }

  #tagList({ outgoing, url, repository }: Request): void {
    const all = [...this.#tags.keys()]
      .filter((key) => key.startsWith(`${repository} `))
      .map((key) => key.slice(repository.length + 1))
      .toSorted();
    if (all.length === 0) return refuse(outgoing, { status: 404, code: 'NAME_UNKNOWN' });
    const size = Number(url.searchParams.get('n') ?? all.length);
    const last = url.searchParams.get('last');
    const start = last === null ? 0 : all.findIndex((tag) => tag > last);
    const tags = start === -1 ? [] : all.slice(start, start + size);
    const more = start !== -1 && start + size < all.length;
    const next = `</v2/${repository}/tags/list?last=${tags.at(-1) ?? ''}&n=${String(size)}>; rel="next"`;
    outgoing.writeHead(200, { 'content-type': 'application/json', ...(more ? { link: next } : {}) });
    outgoing.end(JSON.stringify({ name: repository, tags }));
  }

  async #upload(request: Request): Promise<void> {
    const { incoming, outgoing, url, repository, rest } = request;
    const id = rest.slice('uploads/'.length);
    if (incoming.method === 'POST') {
      incoming.resume();
      const mount = url.searchParams.get('mount') ?? '';
      const other = this.#blobs.get(`${url.searchParams.get('from') ?? ''} ${mount}`);
      if (other !== undefined) {
        this.#blobs.set(`${repository} ${mount}`, other);
        return void outgoing.writeHead(201, { location: `/v2/${repository}/blobs/${mount}` }).end();
      }
      const made = randomUUID();
      this.#uploads.set(made, Buffer.alloc(0));
      return this.#told(request, { id: made, status: 202 });
    }
    const before = this.#uploads.get(id);
    const expected = Number(url.searchParams.get('offset'));
    if (before === undefined || expected !== before.length) {
      incoming.resume();
      this.#uploads.delete(id);
      return refuse(outgoing, { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' });
    }
    if (incoming.method === 'GET') return this.#told(request, { id, status: 204 });
    await this.#receive(request, { id, before });
  }

  /** PATCH and PUT: bytes that have come are kept, also of a request that breaks off. */
  async #receive(request: Request, { id, before }: { id: string; before: Buffer }): Promise<void> {
    const { incoming, outgoing, url, repository } = request;
    const pieces = [before];
    try {
      for await (const piece of incoming) pieces.push(piece as Buffer);
    } finally {
      this.#uploads.set(id, Buffer.concat(pieces));
    }
    if (incoming.method === 'PATCH') return this.#told(request, { id, status: 202 });
    const bytes = Buffer.concat(pieces);
    const digest = url.searchParams.get('digest') ?? '';
    this.#uploads.delete(id);
    if (digestOf(bytes) !== digest) return refuse(outgoing, { status: 400, code: 'DIGEST_INVALID' });
    this.#blobs.set(`${repository} ${digest}`, { type: '', bytes });
    outgoing.writeHead(201, {
      location: `/v2/${repository}/blobs/${digest}`,
      'docker-content-digest': digest,
    });
    outgoing.end();
  }

  /** Where an upload goes on, and how far it is. */
  #told({ outgoing, repository }: Request, { id, status }: { id: string; status: number }): void {
    const length = this.#uploads.get(id)?.length ?? 0;
    outgoing.writeHead(status, {
      location: `/v2/${repository}/blobs/uploads/${id}?offset=${String(length)}`,
      range: `0-${String(Math.max(0, length - 1))}`,
      'docker-upload-uuid': id,
    });
    outgoing.end();
  }
}

function subjectIn(bytes: Buffer): string | undefined {
  const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } };
  return subject?.digest;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function refuse(
  outgoing: ServerResponse,
  {
    status,
    code,
    headers = {},
  }: { readonly status: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> },
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }));
}
