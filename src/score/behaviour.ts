import { points, type ScoreLine } from './facts.ts';

export const proof: ScoreLine = {
  what: 'proof',
  of: 10,
  source: 'proof.json',
  sandboxed: ({ server: { proof: found, status } }) => {
    if (found === null) return points(0, 'never tested');
    const done = `${String(found.works)} permissions work, ${String(found.refused)} ways around them failed`;
    if (status !== 'proved') return points(2, `of something else than what it is now: ${done}`);
    return found.checks.includes('call')
      ? points(10, `${done}, and a tool answered`)
      : points(8, `${done}; no tool was called`);
  },
  alone: () => points(0, 'nothing is held'),
};

const mostAnnotated = 2;

/** Hints that nobody enforces: worth little, and more than nothing, since clients ask people by them. */
export const annotations: ScoreLine = {
  what: 'tools say whether they only read',
  of: mostAnnotated,
  source: 'surface.json: annotations',
  sandboxed: annotationPoints,
  alone: annotationPoints,
};

function annotationPoints({
  annotations: found,
}: Parameters<ScoreLine['sandboxed']>[0]): ReturnType<ScoreLine['sandboxed']> {
  if (found === undefined) return points(0, 'no definitions were recorded');
  if (found.tools === 0) return points(0, 'it has no tools');
  const share = found.annotated / found.tools;
  return points(Math.round(mostAnnotated * share), `${String(found.annotated)} of ${String(found.tools)}`);
}
