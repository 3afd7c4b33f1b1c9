import { freemem } from 'node:os';
import type { Engine } from '../../src/engine/engine.ts';
import { assault, type Assault } from './assault.ts';
import { groups } from './attempts.ts';
import { bounds } from './attempts-bombs.ts';
import { Arsenal, type Column } from './columns.ts';
import { unanswered, type Verdict } from './evidence.ts';
import { Field } from './field.ts';

export interface Request {
  /** Where the bases are; nothing hostile runs on it. */
  readonly engine: Engine;
  readonly columns: Readonly<Partial<Record<Column, Assault['extent']>>>;
  readonly signal: AbortSignal;
  readonly onColumn?: (column: Column) => void;
}

/** One row of the table. */
export interface Row {
  readonly group: string;
  readonly title: string;
  readonly known: string | undefined;
  readonly verdicts: ReadonlyMap<Column, Verdict>;
}

/** Runs every attempt in every column, in a closed network of its own that is gone when this resolves or rejects. */
export async function redTeam(request: Request): Promise<readonly Row[]> {
  mustHaveMemory();
  const { engine, signal } = request;
  using arsenal = new Arsenal();
  await using field = new Field();
  await field.setUp();
  await arsenal.build(engine);
  try {
    await field.load(arsenal.image, engine);
  } finally {
    await engine.removeImage(arsenal.image, { force: true });
  }
  await arsenal.buildEvil(field.engine);
  // Nothing has been tried yet; from here on it must be true.
  field.mustBeClosed();
  const all = new Map<Column, Awaited<ReturnType<typeof assault>>>();
  for (const [column, extent] of Object.entries(request.columns) as [Column, Assault['extent']][]) {
    request.onColumn?.(column);
    all.set(column, await assault({ field, arsenal, column, extent, signal }));
  }
  return Object.entries(groups).flatMap(([group, attempts]) =>
    attempts.map(({ title, known, judge }) => ({
      group,
      title,
      known,
      verdicts: new Map([...all].map(([column, evidence]) => [column, judge(evidence)])),
    })),
  );
}

/** The memory bomb is real in the columns that have no limit. */
function mustHaveMemory(): void {
  const free = Math.round(freemem() / 2 ** 20);
  if (free < bounds.memoryMebibytes + 1024)
    throw new Error(`refused to start: ${String(free)} MB of memory are free, the memory bomb takes 2304`);
}

/** What counts against a column: attempts that succeeded and are not known, or that gave no answer. */
export function failuresOf(rows: readonly Row[], column: Column): readonly string[] {
  return rows.flatMap(({ title, known, verdicts }) => {
    const { outcome, detail } = verdicts.get(column) ?? unanswered;
    const passed = outcome === 'stopped' || outcome === 'contained';
    return passed || (known !== undefined && outcome === 'SUCCEEDED')
      ? []
      : [`${title}: ${outcome}: ${detail}`];
  });
}
