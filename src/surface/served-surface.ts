import { messageOf } from '../lib/errors.ts';
import type { Places } from '../settings/read.ts';
import { readApprovals } from './approvals-file.ts';
import { holdsFor, readOwnSurface, recordOwnSurface, type OwnStart } from './own-surface.ts';
import { pinFindings } from './pin-findings.ts';
import { keepSeen, readSeen, type ServedAs } from './seen-surface.ts';
import type { Lists, RevisionSurface, Surface } from './surface.ts';
import { toolsAsleep, visibleTools, type ApprovedDefinition } from './visible-tools.ts';

/** One server as it is about to be served. */
export interface Serving {
  readonly served: ServedAs;
  /** Of the catalog; undefined if it has none. */
  readonly reviewed: Surface | undefined;
  /** Names of the settings that the user gives although nobody has to. */
  readonly optional: readonly string[];
  readonly start: OwnStart;
  /** `approvalsFile`. */
  readonly approvals: string;
  readonly places: Places;
  /** One line for people: what can't be read, or kept. */
  readonly say: (line: string) => void;
}

/** What may be shown and called of a running server, and what is said of the rest. */
export interface Pinned {
  readonly tools: Lists['tools'];
  /** One line each, for people. */
  readonly findings: readonly string[];
}

/** What is known of a server before it runs, and what of its own words counts when it does. None of it throws. */
export interface ServedSurface {
  /** What is known is the catalog's own, whatever the user's settings are. */
  readonly isReviewed: boolean;
  /**
   * With what was approved; undefined if nothing is known for the user's settings: its first start says it. Asked once
   * for each session.
   */
  readonly surface: () => Surface | undefined;
  /** Keeps what the first start with these settings has shown, for the sessions that follow. */
  readonly learned: (revision: RevisionSurface) => void;
  /** `recorded` is a revision of what `surface` gave. */
  readonly pin: (recorded: RevisionSurface, live: Pick<Lists, 'tools'>) => Pinned;
}

export function servedSurface(serving: Serving): ServedSurface {
  const { served, reviewed, optional, start, places, say } = serving;
  let known = reviewed !== undefined && holdsFor(reviewed, optional) ? reviewed : undefined;
  return {
    isReviewed: known !== undefined,
    surface() {
      known ??= orNothing(() => readOwnSurface(start, places), say);
      return known && withApproved(known, serving);
    },
    learned(revision) {
      known = orNothing(() => recordOwnSurface(start, revision, places), say) ?? known;
    },
    pin(recorded, { tools: live }) {
      const visible = visibleTools({ recorded: recorded.tools, live, approved: approvedOf(serving) });
      const differs = visible.withheld.length > 0 || visible.missing.length > 0;
      if (differs || readSeen(served, places) !== undefined)
        orNothing(() => keepSeen(served, { recorded, live: { ...recorded, tools: live } }, places), say);
      const findings = pinFindings(served.server, visible).map(({ message }) => message);
      return { tools: visible.tools, findings };
    },
  };
}

/** Read each time: a person may approve while it is served. */
function approvedOf({ served, approvals, say }: Serving): readonly ApprovedDefinition[] {
  const all = orNothing(() => readApprovals(approvals), say) ?? [];
  return all.filter(({ server }) => server === served.server);
}

function withApproved(surface: Surface, serving: Serving): Surface {
  const approved = approvedOf(serving);
  if (approved.length === 0) return surface;
  const seen = readSeen(serving.served, serving.places);
  if (seen === undefined) return surface;
  const revisions = surface.revisions.map((revision) => {
    const last = seen.live.find(({ protocolVersion }) => protocolVersion === revision.protocolVersion);
    const tools = toolsAsleep({ recorded: revision.tools, seen: last?.tools ?? [], approved });
    return { ...revision, tools };
  });
  return { ...surface, revisions };
}

/** What can't be read counts as not there: nothing is approved by it, and nothing known. */
function orNothing<T>(work: () => T, say: Serving['say']): T | undefined {
  try {
    return work();
  } catch (error) {
    say(messageOf(error));
    return undefined;
  }
}
