import type { Finding } from '../../lib/finding.ts';
import { revisionChanges } from '../../surface/changes.ts';
import { hiddenTexts } from '../../surface/hidden-text.ts';
import type { Surface } from '../../surface/surface.ts';
import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** Lines of evidence; whoever hides one text in each of a thousand tools is found out by the first. */
const maxNamed = 20;

/** What it offers can be recorded: all lists are answered, small enough, and the same from start to start. */
export const offersSteadily: Check = ({ recorded }) => {
  if (recorded === undefined) return [];
  const { surface, varies, failed } = recorded;
  const lists = failed.map(({ protocolVersion, list, reason }) => `${protocolVersion} ${list}: ${reason}`);
  return [
    ...(surface === undefined
      ? [finding('surface-too-large', 'what it offers is too much to be recorded')]
      : []),
    ...(lists.length === 0
      ? []
      : [finding('list-failed', `${String(lists.length)} list(s) that it says it has`, lists)]),
    ...(varies.length === 0
      ? []
      : [
          finding(
            'surface-varies',
            `${String(varies.length)} part(s) differ from start to start`,
            varies.slice(0, maxNamed),
          ),
        ]),
  ];
};

/** Models are told nothing that people do not see. */
export const hidesNothing: Check = ({ recorded }) => {
  const [newest, ...older] = (recorded?.surface?.revisions ?? []).map(hiddenTexts);
  const found = [...(newest ?? []), ...older.flat()].map(({ place, found: what }) => `${place}: ${what}`);
  const hidden = [...new Set(found)];
  return hidden.length === 0
    ? []
    : [
        finding(
          'hidden-text',
          `${String(hidden.length)} text(s) that hide something from who reads them`,
          hidden.slice(0, maxNamed),
        ),
      ];
};

/** What it offers is what was reviewed, in every revision. */
export const surfaceAsReviewed: Check = ({ recorded, knownSurface }) => {
  const surface = recorded?.surface;
  if (surface === undefined || knownSurface === undefined) return [];
  const lines = surfaceChanges(knownSurface, surface);
  return lines.length === 0
    ? []
    : [
        finding(
          'surface-changed',
          `${String(lines.length)} change(s) to what it offers`,
          lines.slice(0, maxNamed),
        ),
      ];
};

function surfaceChanges(known: Surface, now: Surface): readonly string[] {
  const revision = ({ revisions }: Surface, version: string): Surface['revisions'][number] | undefined =>
    revisions.find(({ protocolVersion }) => protocolVersion === version);
  const versions = new Set(
    [...known.revisions, ...now.revisions].map(({ protocolVersion }) => protocolVersion),
  );
  return [
    ...(known.dependsOn === now.dependsOn ? [] : [`it depends on ${now.dependsOn} now`]),
    ...[...versions].flatMap((version) => {
      const [before, after] = [revision(known, version), revision(now, version)];
      if (before === undefined) return [`it speaks ${version} now`];
      if (after === undefined) return [`it no longer speaks ${version}`];
      return revisionChanges(before, after).map((line) => `${version} ${line}`);
    }),
  ] satisfies Finding['evidence'];
}
