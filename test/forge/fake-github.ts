import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly tree: string;
  readonly parents: readonly string[];
}
interface Pull {
  readonly number: number;
  title: string;
  body: string;
  readonly head: string;
  readonly base: string;
  state: 'open' | 'closed';
}

export interface Repo {
  readonly archived?: boolean;
  readonly license?: string;
  /** Another name than it was asked by: it has moved. */
  readonly fullName?: string;
  readonly release?: string;
  readonly tags?: readonly string[];
}

/**
 * A fake GitHub on loopback. It speaks the documented REST calls that mcpcat makes (docs.github.com/rest:
 * repositories, releases, tags, global advisories, git database, pulls), keeps refs, commits and trees as git names
 * them by content, answers If-None-Match, and refuses what GitHub refuses: no token, a ref that exists, a tree of
 * nothing. It is no GitHub: rights, limits and reviews are not in it.
 */
export class FakeGitHub {
  readonly requests: string[] = [];
  readonly refs = new Map<string, string>();
  readonly trees = new Map<string, ReadonlyMap<string, string>>();
  readonly commits = new Map<string, Commit>();
  readonly pulls: Pull[] = [];
  repositories: Readonly<Record<string, Repo>> = {};
  advisories: readonly object[] = [];
  /** Answered to everything from now on. */
  failure: { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | undefined;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #port = 0;

  static async start(): Promise<FakeGitHub> {
    const github = new FakeGitHub();
    await new Promise<void>((resolve) => github.#server.listen(0, '127.0.0.1', resolve));
    github.#port = (github.#server.address() as AddressInfo).port;
    const tree = github.tree(new Map([['README.md', 'hello\n']]));
    github.refs.set('heads/main', github.commit({ message: 'first', tree, parents: [] }));
    return github;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}/api/v3`;
  }

  get env(): Record<string, string> {
    return {
      GITHUB_TOKEN: 'token-of-the-tests',
      GITHUB_API_URL: this.url,
      GITHUB_REPOSITORY: 'someone/catalog',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  tree(files: ReadonlyMap<string, string>): string {
    const sha = shaOf([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    this.trees.set(sha, files);
    return sha;
  }

  commit(commit: Omit<Commit, 'sha'>): string {
    const sha = shaOf(commit);
    this.commits.set(sha, { ...commit, sha });
    return sha;
  }

  /** The files of a branch. */
  files(branch: string): ReadonlyMap<string, string> {
    return this.trees.get(this.commits.get(this.refs.get(`heads/${branch}`) ?? '')?.tree ?? '') ?? new Map();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = decodeURIComponent(url.pathname.replace('/api/v3', ''));
    const method = request.method ?? 'GET';
    this.requests.push(`${method} ${route}`);
    const body: unknown = method === 'GET' ? undefined : JSON.parse((await text(request)) || '{}');
    const { status, value, raw, headers } = this.#route(request, { method, route, url, body });
    const content = raw ?? JSON.stringify(value ?? { message: String(status) });
    const type = raw === undefined ? 'application/json' : 'application/vnd.github.raw+json';
    const etag = `W/"${shaOf(content)}"`;
    if (method === 'GET' && status === 200 && request.headers['if-none-match'] === etag)
      response.writeHead(304).end();
    else
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, etag, ...headers }).end(content);
  }

  #route(request: IncomingMessage, call: Call): Reply {
    if (this.failure !== undefined)
      return { status: this.failure.status, headers: this.failure.headers ?? {} };
    if (request.headers.authorization !== 'token token-of-the-tests')
      return { status: 401, value: { message: 'Bad credentials' } };
    if (call.route === '/advisories') return { status: 200, value: this.#advisoriesFor(call.url) };
    const [, owner = '', name = '', rest = ''] = /^\/repos\/([^/]+)\/([^/]+)\/?(.*)$/.exec(call.route) ?? [];
    if (`${owner}/${name}` === 'someone/catalog') return this.#catalog(rest, call);
    const repo = this.repositories[`${owner}/${name}`];
    if (repo === undefined) return { status: 404 };
    return facts(repo, { fullName: `${owner}/${name}`, rest });
  }

  /** Only those that name a package of the question: GitHub compares versions too. */
  #advisoriesFor(url: URL): object[] {
    const asked = (url.searchParams.get('affects') ?? '')
      .split(',')
      .map((item) => item.slice(0, item.lastIndexOf('@')));
    const ecosystem = url.searchParams.get('ecosystem');
    return this.advisories.filter((advisory) => {
      const wire = JSON.stringify(advisory);
      return asked.some((name) => wire.includes(`"ecosystem":"${ecosystem ?? ''}","name":"${name}"`));
    });
  }

  #catalog(rest: string, { method, url, body }: Call): Reply {
    const field = (name: string): unknown => Reflect.get(Object(body), name);
    const word = (name: string): string => String(field(name));
    if (rest === '') return { status: 200, value: { full_name: 'someone/catalog', default_branch: 'main' } };
    const content = /^contents\/(.+)$/.exec(rest)?.[1];
    if (content !== undefined) {
      const raw = this.files(url.searchParams.get('ref') ?? 'main').get(content);
      return raw === undefined ? { status: 404 } : { status: 200, raw };
    }
    const ref = /^git\/refs?\/(heads\/.+)$/.exec(rest)?.[1];
    if (method === 'GET' && ref !== undefined) return this.#ref(ref);
    if (method === 'PATCH' && ref !== undefined) {
      this.refs.set(ref, word('sha'));
      return this.#ref(ref);
    }
    if (rest === 'git/refs') {
      const made = word('ref').replace(/^refs\//, '');
      if (this.refs.has(made)) return { status: 422, value: { message: 'Reference already exists' } };
      this.refs.set(made, word('sha'));
      return { ...this.#ref(made), status: 201 };
    }
    const branch = method === 'GET' ? /^git\/trees\/(.+)$/.exec(rest)?.[1] : undefined;
    if (branch !== undefined) return listed(this.files(branch));
    if (rest === 'git/trees')
      return this.#makeTree(field('tree') as { path: string; content: string }[], word('base_tree'));
    if (rest === 'git/commits') {
      const sha = this.commit({
        message: word('message'),
        tree: word('tree'),
        parents: field('parents') as string[],
      });
      return { status: 201, value: { sha } };
    }
    const commit = this.commits.get(/^git\/commits\/(.+)$/.exec(rest)?.[1] ?? '');
    if (commit !== undefined)
      return {
        status: 200,
        value: { ...commit, tree: { sha: commit.tree }, parents: commit.parents.map((sha) => ({ sha })) },
      };
    return this.#pulls(rest, { method, url, word });
  }

  #ref(ref: string): Reply {
    const sha = this.refs.get(ref);
    return sha === undefined
      ? { status: 404 }
      : { status: 200, value: { ref: `refs/${ref}`, object: { sha, type: 'commit' } } };
  }

  #makeTree(entries: readonly { path: string; content: string }[], base: string): Reply {
    const before = this.trees.get(base);
    if (before === undefined || entries.length === 0)
      return { status: 422, value: { message: 'Invalid tree info' } };
    const files = new Map([...before, ...entries.map(({ path, content }) => [path, content] as const)]);
    return { status: 201, value: { sha: this.tree(files) } };
  }

  #pulls(
    rest: string,
    { method, url, word }: { method: string; url: URL; word: (name: string) => string },
  ): Reply {
    const shown = ({ number, title, body, state }: Pull): object => ({
      number,
      title,
      body,
      state,
      html_url: `https://example.com/pull/${String(number)}`,
    });
    if (rest === 'pulls' && method === 'GET') {
      const head = (url.searchParams.get('head') ?? '').replace(/^someone:/, '');
      return {
        status: 200,
        value: this.pulls.filter((pull) => pull.head === head && pull.state === 'open').map(shown),
      };
    }
    if (rest === 'pulls') {
      const pull: Pull = {
        number: this.pulls.length + 1,
        title: word('title'),
        body: word('body'),
        head: word('head'),
        base: word('base'),
        state: 'open',
      };
      if (!this.refs.has(`heads/${pull.head}`))
        return { status: 422, value: { message: 'Validation Failed' } };
      this.pulls.push(pull);
      return { status: 201, value: shown(pull) };
    }
    const pull = this.pulls.find(({ number }) => rest === `pulls/${String(number)}`);
    if (pull === undefined) return { status: 404 };
    pull.title = word('title');
    pull.body = word('body');
    return { status: 200, value: shown(pull) };
  }
}

/** A tree as `recursive` lists it, blobs named as git does. */
function listed(files: ReadonlyMap<string, string>): Reply {
  const tree = [...files].map(([path, content]) => ({
    path,
    type: 'blob',
    sha: createHash('sha1')
      .update(`blob ${String(Buffer.byteLength(content))}\0${content}`)
      .digest('hex'),
  }));
  return { status: 200, value: { tree, truncated: false } };
}

interface Call {
  readonly method: string;
  readonly route: string;
  readonly url: URL;
  readonly body: unknown;
}
interface Reply {
  readonly status: number;
  readonly value?: unknown;
  /** Instead of JSON. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function facts(repo: Repo, { fullName, rest }: { fullName: string; rest: string }): Reply {
  if (rest === '') {
    const { archived = false, license } = repo;
    return {
      status: 200,
      value: {
        full_name: repo.fullName ?? fullName,
        archived,
        license: license === undefined ? null : { spdx_id: license },
      },
    };
  }
  if (rest === 'releases/latest')
    return repo.release === undefined ? { status: 404 } : { status: 200, value: { tag_name: repo.release } };
  return rest === 'tags'
    ? { status: 200, value: (repo.tags ?? []).map((name) => ({ name })) }
    : { status: 404 };
}

function shaOf(value: unknown): string {
  return createHash('sha1').update(JSON.stringify(value)).digest('hex');
}
