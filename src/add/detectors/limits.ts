import { changed, type Draft } from '../draft.ts';
import { outputLines, type Detection, type Situation } from './detection.ts';

const memories = ['512m', '1g', '2g', '3g'] as const;
const processes = [128, 256, 512] as const;

/** Limits that it ran into, raised by one step; the last step is the bound. */
export function limits(situation: Situation): Detection[] {
  const { seen, draft } = situation;
  const text = outputLines(situation).join('\n');
  const { memory, pids } = draft.entry.limits;
  const noMemory =
    seen.outOfMemory ||
    /heap out of memory|Fatal process OOM|MemoryError|cannot allocate memory|Array buffer allocation failed/i.test(
      text,
    );
  const noProcess =
    /can't start new thread|Resource temporarily unavailable|pthread_create|EAGAIN|failed to create new OS thread/i.test(
      text,
    );
  const more = memories[memories.findIndex((step) => step === memory) + 1];
  const wider = processes.find((step) => step > pids);
  const shm = draft.entry.shm === undefined && /\/dev\/shm|SemLock|shm_open|shared memory/i.test(text);
  return [
    ...(noMemory && more !== undefined
      ? [raise(`memory ${more}`, (old) => limited(old, { memory: more }, `it ran out of ${memory}`))]
      : []),
    ...(noProcess && wider !== undefined
      ? [
          raise(`pids ${String(wider)}`, (old) =>
            limited(old, { pids: wider }, `it ran out of ${String(pids)} processes and threads`),
          ),
        ]
      : []),
    ...(shm
      ? [
          raise('shm', (old) =>
            changed(old, { shm: '64m' }, { field: 'shm', value: '64m', why: 'it asked for shared memory' }),
          ),
        ]
      : []),
  ];
}

function raise(what: string, apply: (draft: Draft) => Draft): Detection {
  return { key: `limit ${what}`, what: `needs more: ${what}`, apply };
}

function limited(draft: Draft, change: Partial<Draft['entry']['limits']>, why: string): Draft {
  const value = Object.values(change).map(String).join();
  return changed(draft, { limits: { ...draft.entry.limits, ...change } }, { field: 'limits', value, why });
}
