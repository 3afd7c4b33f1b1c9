import { z } from 'zod';

/** An offer as it is kept between runs. */
export const PersistedReleases = z.object({
  releases: z.array(
    z.object({
      version: z.string(),
      published: z.string().optional(),
      withdrawn: z
        .object({ how: z.enum(['yanked', 'deprecated', 'retracted']), reason: z.string() })
        .optional(),
    }),
  ),
  recommended: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  deprecated: z.string().optional(),
});
