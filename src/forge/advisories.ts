import { z } from 'zod';
import type { GitHub } from './github.ts';

const Advisories = z.array(
  z.object({
    ghsa_id: z.string(),
    summary: z.string().default(''),
    severity: z.string().nullish(),
    withdrawn_at: z.string().nullish(),
    html_url: z.string().nullish(),
    vulnerabilities: z
      .array(
        z.object({
          package: z.object({ ecosystem: z.string(), name: z.string() }).nullish(),
          vulnerable_version_range: z.string().nullish(),
          first_patched_version: z.string().nullish(),
        }),
      )
      .nullish(),
  }),
);

/** A known hole in one package, reviewed by GitHub's own people: nobody can publish one to get past a cool-down. */
export interface Advisory {
  readonly id: string;
  readonly summary: string;
  readonly severity: string;
  readonly package: string;
  /** `>= 1.0, < 1.2.3` in the ecosystem's versions, without Go's `v`. */
  readonly vulnerable: string;
  readonly patched: string | undefined;
}

export type AdvisoryEcosystem = 'npm' | 'pip' | 'go';

/** Addresses must stay short. */
const perRequest = 40;

/** The advisories that touch these packages in these versions (docs.github.com/rest/security-advisories/global-advisories). */
export async function advisoriesFor(
  github: GitHub,
  {
    ecosystem,
    packages,
  }: { ecosystem: AdvisoryEcosystem; packages: readonly { name: string; version: string }[] },
): Promise<Advisory[]> {
  const found: Advisory[] = [];
  for (let start = 0; start < packages.length; start += perRequest) {
    const affects = packages
      .slice(start, start + perRequest)
      .map(({ name, version }) => `${name}@${version}`);
    const query = new URLSearchParams({
      type: 'reviewed',
      ecosystem,
      affects: affects.join(','),
      per_page: '100',
    });
    const read = (value: unknown): Advisory[] => Advisories.parse(value).flatMap(flat);
    const subject = `advisories for ${ecosystem}`;
    found.push(...((await github.get(`/advisories?${query.toString()}`, { subject, read })) ?? []));
  }
  return found;
}

function flat(advisory: z.infer<typeof Advisories>[number]): Advisory[] {
  if (advisory.withdrawn_at != null) return [];
  return (advisory.vulnerabilities ?? []).flatMap(
    ({ package: affected, vulnerable_version_range: vulnerable, first_patched_version: patched }) =>
      affected == null || vulnerable == null
        ? []
        : [
            {
              id: advisory.ghsa_id,
              summary: advisory.summary,
              severity: advisory.severity ?? 'unknown',
              package: affected.name,
              vulnerable,
              patched: patched ?? undefined,
            },
          ],
  );
}
