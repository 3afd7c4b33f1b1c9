import { imageSource } from '../catalog/source.ts';
import { openHoles } from '../advisories/scan-record.ts';
import { points, type Points, type ScoreFacts, type ScoreLine } from './facts.ts';

const dayMs = 86_400_000;
const settledDays = 7;
const freshDays = 365;
const agingDays = 730;

export const locked: ScoreLine = {
  what: 'what is installed',
  of: 10,
  source: 'lock.json',
  sandboxed: ({ server, lock }) => {
    if (lock !== undefined) return points(10, `${String(lock.artifacts.length)} files, each by its hash`);
    if (imageSource(server.source) !== undefined)
      return points(5, 'an image by its digest; what is in it, nobody has said');
    return server.version === null ? points(0, 'nothing is locked') : points(10, `${server.version}, locked`);
  },
  alone: () => points(0, 'the newest release and the newest of all that it needs, at each start'),
};

export const scripts: ScoreLine = {
  what: 'code that runs while it is installed',
  of: 5,
  source: 'lock.json: scripts; server.yaml: scripts',
  sandboxed: ({ server, lock }) => {
    if (server.scripts.length > 0)
      return points(1, `${String(server.scripts.length)}, each with a reason, in a build without network`);
    const found = lock?.scripts.length ?? 0;
    return found === 0 ? points(5, 'none') : points(4, `${String(found)} there, none of them runs`);
  },
  alone: ({ lock }) => {
    const found = lock?.scripts.length ?? 0;
    return found === 0 ? points(5, 'none in this release') : points(0, `${String(found)}, as the user`);
  },
};

/** Days at the proof, so that a score does not change overnight. */
export const age: ScoreLine = {
  what: 'age of the release',
  of: 8,
  source: 'lock.json: published; proof.json: date',
  sandboxed: ({ server }) => agePoints(server, 'settled'),
  alone: ({ server }) => agePoints(server, 'at-once'),
};

function agePoints({ freshness, proof }: ScoreFacts['server'], taken: 'settled' | 'at-once'): Points {
  const days = Math.floor((Date.parse(proof?.date ?? '') - Date.parse(freshness.released ?? '')) / dayMs);
  if (Number.isNaN(days)) return points(0, 'nobody knows when it was released');
  const fresh = days <= freshDays ? 4 : days <= agingDays ? 2 : 0;
  if (taken === 'at-once')
    return points(fresh, `${String(days)} days; a hijacked release is taken the minute it is out`);
  const settled = days >= settledDays ? 4 : 0;
  return points(
    fresh + settled,
    `${String(days)} days at its proof${settled === 0 ? ': too young to be settled' : ''}`,
  );
}

const whole = 10;
const cap = 7;

export const holes: ScoreLine = {
  what: 'known holes',
  of: whole,
  source: 'scan.json',
  sandboxed: holePoints,
  // The same packages have the same holes.
  alone: holePoints,
};

const ownEcosystem = { node: 'npm', python: 'PyPI', go: 'Go' } as const;

function holePoints({ server, scan }: ScoreFacts): Points {
  if (scan === undefined) return points(0, 'nobody has looked');
  if (scan.version !== server.version) return points(0, `looked at ${scan.version}, another release`);
  const own = server.runtime === null ? undefined : ownEcosystem[server.runtime];
  if (!scan.checked.some(({ ecosystem }) => ecosystem === own))
    return points(0, 'its own packages were not checked');
  const open = openHoles(scan, scan.date);
  const worst = open.filter(({ severity }) => severity === 'critical' || severity === 'high').length;
  const most = scan.unchecked.length === 0 ? whole : cap;
  const rest = scan.unchecked.length === 0 ? '' : ', and not all was checked';
  const left = Math.max(0, most - 5 * worst - (open.length - worst));
  return points(
    left,
    `${open.length === 0 ? 'none' : `${String(open.length)} (${String(worst)} high)`} on ${scan.date}${rest}`,
  );
}
