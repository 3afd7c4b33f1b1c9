import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';
import type { OwnerCheck } from '../owner-cases.ts';

/** What a user hands over works, whoever it belongs to. */
export function worksWithOwner(check: OwnerCheck): Check {
  return ({ owned }) =>
    owned.flatMap(({ failure, says, ...one }) =>
      one.check !== check || failure === undefined
        ? []
        : [
            finding(
              'owner-refused',
              `with mounts that are ${says}, it fails`,
              failure.split('\n').slice(0, 20),
            ),
          ],
    );
}
