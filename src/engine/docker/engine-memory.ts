import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Host } from '../../host/host.ts';
import { digest } from '../../lib/digest.ts';
import { keepNow } from '../../lib/write-now.ts';
import { fieldsOf } from '../json.ts';
import type { EngineMemory } from './identify.ts';

interface Place {
  /** A folder of this user's. */
  readonly cache: string;
  readonly endpoint: string;
  readonly host: Pick<Host, 'owns'>;
}

/** A file for each address, with what the engine there said it is: one request less before a container is made. */
export function engineMemory({ cache, endpoint, host }: Place): EngineMemory {
  const file = path.join(cache, 'engines', `${digest(endpoint)}.json`);
  return {
    recall() {
      try {
        if (!host.owns(statSync(file))) return undefined;
        const kept = fieldsOf(JSON.parse(readFileSync(file, 'utf8')));
        const { endpoint: of, podmanApi } = kept;
        if (of !== endpoint || !(podmanApi === null || typeof podmanApi === 'string')) return undefined;
        return { podmanApi: podmanApi ?? undefined };
      } catch {
        return undefined;
      }
    },
    keep: ({ podmanApi }) => keepNow(file, { endpoint, podmanApi: podmanApi ?? null }),
  };
}
