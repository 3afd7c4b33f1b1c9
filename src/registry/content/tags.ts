import { z } from 'zod/mini';
import { McpcatError } from '../../lib/errors.ts';
import { wholeBody } from '../http/body.ts';
import { nextIn } from '../http/next-page.ts';
import { withRetries } from '../http/retry-policy.ts';
import { pullScope, type Registry } from '../registry.ts';

const TagList = z.object({ tags: z.nullish(z.array(z.string())) });

const maxPages = 1000;

/** All tags of a repository, sorted; empty if there is no such repository. */
export async function listTags(
  registry: Registry,
  repository: string,
  { pageSize = 1000 }: { readonly pageSize?: number } = {},
): Promise<readonly string[]> {
  const tags = new Set<string>();
  let next: URL | undefined = registry.onward(`/v2/${repository}/tags/list?n=${String(pageSize)}`);
  for (let page = 0; next !== undefined; page++) {
    if (page === maxPages) throw endless(repository);
    const found = await tagPage(registry, repository, next);
    for (const tag of found.tags) tags.add(tag);
    next = found.next;
  }
  return [...tags].sort();
}

async function tagPage(
  registry: Registry,
  repository: string,
  to: URL,
): Promise<{ tags: readonly string[]; next: URL | undefined }> {
  const subject = `tags of ${repository}`;
  const scopes = [pullScope(repository)];
  return withRetries(registry.retryPolicy, registry.signal, async () => {
    const response = await registry.sendOnce({ method: 'GET', to, scopes, subject, expect: [200, 404] });
    const body = await wholeBody(response, subject, { retryPolicy: registry.retryPolicy, max: 4 << 20 });
    if (response.status === 404) return { tags: [], next: undefined };
    const list = TagList.safeParse(JSON.parse(body.toString('utf8')));
    if (!list.success)
      throw new McpcatError('registry-failed', `${subject}: expected a tag list, found other JSON`);
    const link = nextIn(response.headers);
    return { tags: list.data.tags ?? [], next: link === undefined ? undefined : registry.onward(link, to) };
  });
}

function endless(repository: string): McpcatError {
  return new McpcatError('registry-failed', `tags of ${repository}: the list does not end`);
}
