import { z } from 'zod';
import type { GitHub, Repository } from './github.ts';

const Repo = z.object({
  full_name: z.string(),
  archived: z.boolean().default(false),
  license: z.object({ spdx_id: z.string().nullable() }).nullish(),
});
const Release = z.object({ tag_name: z.string(), published_at: z.string().nullish() });
const Tags = z.array(z.object({ name: z.string() }));

/** What GitHub knows about a server's repository. */
export interface RepositoryFacts {
  /** `owner/name` as it is called today: another one after a move. */
  readonly fullName: string;
  readonly archived: boolean;
  /** SPDX id; undefined if GitHub recognises none. */
  readonly license: string | undefined;
  /** The newest release, else the tags, newest first as GitHub lists them. */
  readonly tags: readonly string[];
}

/** Undefined if there is no such repository (any more), or it is private. */
export async function repositoryFacts(
  github: GitHub,
  { owner, repo }: Repository,
): Promise<RepositoryFacts | undefined> {
  const subject = `${owner}/${repo}`;
  const place = `/repos/${owner}/${repo}`;
  const found = await github.get(place, { subject, read: (value) => Repo.parse(value) });
  if (found === undefined) return undefined;
  const latest = await github.get(`${place}/releases/latest`, {
    subject,
    read: (value) => Release.parse(value),
  });
  const tags =
    latest === undefined
      ? await github.get(`${place}/tags?per_page=30`, { subject, read: (value) => Tags.parse(value) })
      : [{ name: latest.tag_name }];
  const spdx = found.license?.spdx_id;
  return {
    fullName: found.full_name,
    archived: found.archived,
    license: spdx == null || spdx === 'NOASSERTION' ? undefined : spdx,
    tags: (tags ?? []).map(({ name }) => name),
  };
}
