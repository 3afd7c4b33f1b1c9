import type { Entry } from '../catalog/entry.ts';
import type { HandshakeResult, ToolFacts } from '../mcp/handshake.ts';
import type { Offer } from '../mcp/offer.ts';
import type { Attempt } from '../egress/attempt.ts';
import type { Finding } from '../lib/finding.ts';
import type { Answer } from '../engine/probe-answers.ts';
import type { Surface } from '../surface/surface.ts';
import type { OwnerCheck } from './owner-cases.ts';
import type { Expectation } from './expectations.ts';
import type { Recorded } from './record-surface.ts';

/** Everything that was seen of one server, for the checks to judge. */
export interface Observation {
  readonly entry: Entry;
  /** Where it saw the user's folders and files: what lies there has the user, too. */
  readonly handed: readonly string[];
  readonly handshake: HandshakeResult;
  /** Last lines of stderr. */
  readonly stderr: readonly string[];
  /** Command lines while idle, process 1 excluded. */
  readonly processes: readonly string[];
  /** Bytes while idle. */
  readonly memory: number | undefined;
  /** Methods that were asked as the input ended and never answered; undefined where nothing was asked. */
  readonly unanswered: readonly string[] | undefined;
  /** Milliseconds from the end of its input to its end; undefined if it had to be killed from outside. */
  readonly exitMs: number | undefined;
  readonly exitCode: number | undefined;
  readonly outOfMemory: boolean;
  /** Paths changed in the container's own layer. */
  readonly changes: readonly string[];
  /** What the server itself tried over the tunnel; the sinkhole took it. */
  readonly attempts: readonly Attempt[];
  /** Undefined if the server did not live that long. */
  readonly probed: Probed | undefined;
  /** A second start with every example set; undefined where the first had them all. */
  readonly filled: Filled | undefined;
  /** A start for each owner that mounts could have; empty where it has none. */
  readonly owned: readonly Owned[];
  /** What two sessions in one container have shown; undefined where the entry does not say that they may share. */
  readonly shared: Shared | undefined;
  /** Of tools.json; undefined the first time. */
  readonly knownTools: readonly ToolFacts[] | undefined;
  /** What it offers, from all of its starts; undefined if it did not get so far. */
  readonly recorded: Recorded | undefined;
  /** Of surface.json; undefined the first time. */
  readonly knownSurface: Surface | undefined;
}

/** A start with the examples of these settings, too. */
export interface Filled {
  readonly settings: readonly string[];
  /** What happened instead of an answer. */
  readonly failure: string | undefined;
  readonly offer: Offer | undefined;
  /** Last lines of stderr. */
  readonly stderr: readonly string[];
}

/** What speaks against sessions sharing a container; undefined: nothing. */
export interface Shared {
  readonly failure: string | undefined;
  readonly evidence: readonly string[];
}

/** A start with mounts of one owner. */
export interface Owned {
  readonly check: OwnerCheck;
  /** Whose they were, and how closed; for people. */
  readonly says: string;
  /** What went wrong; undefined: nothing. */
  readonly failure: string | undefined;
}

/** What a probe found in the container of the server, while that was idle. */
export interface Probed {
  /** Set if it could not be made. */
  readonly failure?: string;
  readonly results: readonly { readonly expectation: Expectation; readonly answer: Answer }[];
  /** Of the sinkhole behind the tunnel. */
  readonly greeting: string;
}

/** Judges one expectation; never prints or throws. */
export type Check = (seen: Observation) => Finding[];
