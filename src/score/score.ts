import { annotations, proof } from './behaviour.ts';
import type { ScoreFacts, ScoreLine } from './facts.ts';
import { age, holes, locked, scripts } from './origin.ts';
import { files, keeps, network, secrets } from './reach.ts';
import { toolHistory } from './tool-history.ts';
import { upstream } from './upstream.ts';

/** The rubric; its lines come to 100. */
export const rubric: readonly ScoreLine[] = [
  network,
  files,
  keeps,
  secrets,
  locked,
  scripts,
  age,
  holes,
  upstream,
  proof,
  toolHistory,
  annotations,
];

export interface ScoredLine {
  readonly what: string;
  readonly points: number;
  readonly of: number;
  readonly because: string;
  readonly source: string;
  /** Without a sandbox, as its own documentation starts it. */
  readonly alone: { readonly points: number; readonly because: string };
}

export interface Score {
  readonly server: string;
  /** 0 to 100. */
  readonly score: number;
  /** Of the same server without a sandbox. */
  readonly alone: number;
  readonly lines: readonly ScoredLine[];
}

/** 0 to 100, every point with its reason and its source. Pure: the same files give the same score. */
export function scoreOf(facts: ScoreFacts): Score {
  const lines = rubric.map(({ what, of, source, sandboxed, alone }) => ({
    what,
    of,
    source,
    ...sandboxed(facts),
    alone: alone(facts),
  }));
  return {
    server: facts.server.name,
    score: lines.reduce((sum, { points }) => sum + points, 0),
    alone: lines.reduce((sum, line) => sum + line.alone.points, 0),
    lines,
  };
}
