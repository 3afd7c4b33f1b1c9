import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Engine, Labels } from '../engine/engine.ts';
import { startKey } from './arguments.ts';
import type { Evidence } from '../evidence/gather.ts';
import type { Draft } from './draft.ts';
import { guesses } from './detectors/guesses.ts';
import { outputLines, type Detection, type Situation } from './detectors/detection.ts';
import { limits } from './detectors/limits.ts';
import { missingArguments } from './detectors/missing-arguments.ts';
import { missingFiles } from './detectors/missing-files.ts';
import { missingPrograms, missingScripts, missingShell } from './detectors/missing-programs.ts';
import { missingSettings } from './detectors/missing-settings.ts';
import { newerDependencies, newerMajors } from './detectors/newer-dependencies.ts';
import { refusedWrites } from './detectors/refused-writes.ts';
import { noisy } from './detectors/transport.ts';
import { wrongValues } from './detectors/wrong-values.ts';
import type { Package } from '../package/package.ts';
import { startOnce, type Seen } from './start.ts';

/** Where a draft is made into an image. */
export interface CandidateImage {
  readonly image: string;
  readonly lock: Situation['lock'];
}

export interface DiscoveryRequest {
  readonly engine: Engine;
  readonly labels: Labels;
  readonly own: Package;
  readonly evidence: Evidence;
  readonly draft: Draft;
  /** When the release was published, ISO 8601. */
  readonly published: string | undefined;
  /** Packages whose install scripts a person has allowed to run. */
  readonly allowedScripts: readonly string[];
  /** Let it write its home, so that what it keeps there shows; false: exactly as it will run. */
  readonly openHome: boolean;
  /** Makes the image for a draft; rejects if that draft can't be locked or built. */
  readonly prepare: (draft: Draft, renews: NonNullable<Detection['renews']>) => Promise<CandidateImage>;
  /** What happens, for people. */
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One start, and what was made of it. */
export interface StartRecord {
  readonly tried: string;
  readonly outcome: string;
  readonly discovered: readonly string[];
}

export interface Discovered {
  readonly draft: Draft;
  /** The last start that got to its tools; undefined if none did. */
  readonly seen: Seen | undefined;
  readonly last: Seen;
  readonly starts: readonly StartRecord[];
  /** What was detected and could not be done: the detection, and why. */
  readonly refused: readonly string[];
  /** Packages whose install scripts it seems to need and nobody has allowed. */
  readonly wantedScripts: readonly string[];
}

const maxStarts = 12;
const maxStartsAfterSuccess = 3;
/** Milliseconds. The first start of an image is slow; a guess that hangs is not worth as much. */
const timeoutsMs = { first: 45_000, guess: 20_000, all: 480_000 } as const;

/** Starts a server, detects in what it says and does what it needs, and starts it again, until it works or nothing is left to try. */
export async function discover(request: DiscoveryRequest): Promise<Discovered> {
  const loop = new DiscoveryLoop(request);
  return loop.run();
}

class DiscoveryLoop {
  readonly #request: DiscoveryRequest;
  readonly #applied = new Set<string>();
  readonly #starts: StartRecord[] = [];
  readonly #refused: string[] = [];
  readonly #wantedScripts: string[] = [];
  readonly #began = Date.now();
  #draft: Draft;
  /** What the draft was before the guess that is being tried. */
  #before: Draft | undefined;
  #success: { readonly draft: Draft; readonly seen: Seen } | undefined;
  #afterSuccess = 0;
  /** The start is to show whether settings bring tools. */
  #forMore = false;

  constructor(request: DiscoveryRequest) {
    this.#request = request;
    this.#draft = request.draft;
    const { args, smoke } = request.draft.entry;
    this.#applied.add(startKey({ args, smoke: smoke.args }));
  }

  async run(): Promise<Discovered> {
    let candidate = await this.#first();
    let tried = 'as documented';
    for (;;) {
      const seen = await this.#start(candidate);
      const situation = { ...this.#request, seen, draft: this.#draft, lock: candidate.lock };
      if (seen.failure === undefined) this.#keep(seen);
      const next = this.#next(situation);
      this.#record(tried, { seen, next });
      if (seen.failure === undefined && next.every(({ quiet }) => quiet === true))
        return this.#finish(next, seen);
      if (next.length === 0 || this.#isOver()) return this.#result(seen);
      const prepared = await this.#apply(next, candidate);
      if (prepared === undefined) return this.#result(seen);
      candidate = prepared;
      tried = next.map(({ what }) => what).join('; ');
    }
  }

  /** Programs that only the source speaks of are left out where Debian can't be asked. */
  async #first(): Promise<CandidateImage> {
    const { prepare } = this.#request;
    try {
      return await prepare(this.#draft, 'lock');
    } catch (error) {
      const { system } = this.#draft.entry;
      if (system.length === 0 || !(error instanceof McpcatError) || error.code !== 'system-unresolved')
        throw error;
      this.#refused.push(`system packages: ${reasonOf(error)}`);
      this.#draft = { ...this.#draft, entry: { ...this.#draft.entry, system: [] } };
      return prepare(this.#draft, 'lock');
    }
  }

  async #start({ image }: CandidateImage): Promise<Seen> {
    const { engine, labels, signal, openHome } = this.#request;
    const deadlineMs =
      this.#starts.length === 0 ? timeoutsMs.first : this.#before === undefined ? 30_000 : timeoutsMs.guess;
    return startOnce({ engine, labels, signal, image, entry: this.#draft.entry, openHome, deadlineMs });
  }

  /** A start with fewer tools than one before is no progress; a guess has to bring more. */
  #keep(seen: Seen): void {
    const known = this.#success?.seen.tools.length ?? -1;
    const better = seen.tools.length > known || (seen.tools.length === known && !this.#forMore);
    if (better) this.#success = { draft: this.#draft, seen };
    this.#before = undefined;
    this.#forMore = false;
  }

  #next(situation: Situation): Detection[] {
    const { seen } = situation;
    const fresh = (detections: readonly Detection[]): Detection[] => [
      ...new Map(
        detections
          .filter(({ key }) => !this.#applied.has(key))
          .map((detection) => [detection.key, detection]),
      ).values(),
    ];
    if (seen.failure === undefined) {
      if (this.#afterSuccess++ >= maxStartsAfterSuccess) return [];
      const detections = fresh(
        [missingSettings, refusedWrites, missingPrograms, missingShell, noisy, limits].flatMap((detector) =>
          detector(situation),
        ),
      );
      if (detections.some(({ quiet }) => quiet !== true) || !isHollow(seen)) return detections;
      // Without a tool of use something must be missing; settings that are documented come first.
      const more = fresh(guesses(situation))
        .filter(({ key }) => key.startsWith('settings'))
        .slice(0, 1);
      this.#forMore = more.length > 0;
      return [...detections, ...more];
    }
    const detections = fresh(
      [
        missingArguments,
        missingSettings,
        missingPrograms,
        missingFiles,
        missingScripts,
        newerMajors,
        newerDependencies,
        limits,
        refusedWrites,
      ].flatMap((detector) => detector(situation)),
    );
    // The milder of the two first.
    const mild = detections.some(({ key }) => key === 'older majors');
    const told = detections.filter(({ key }) => !(mild && key === 'older dependencies'));
    const misguided = this.#before !== undefined && unknownWords.test(outputLines(situation).join('\n'));
    if (told.length > 0 && !misguided) {
      // Usage texts are easily misread.
      if (told.some(({ key }) => key.startsWith('argument '))) this.#before ??= this.#draft;
      return told;
    }
    if (this.#success !== undefined) return [];
    const values = fresh(wrongValues(situation));
    if (values.length > 0) return values;
    // Under the real restrictions only what it says counts: it has started before.
    if (!this.#request.openHome) return [];
    // A guess that did not help is taken back before the next one.
    this.#draft = this.#before ?? this.#draft;
    const [guess] = fresh(guesses({ ...situation, draft: this.#draft }));
    if (guess === undefined) return [];
    this.#before = this.#draft;
    return [guess];
  }

  /** What can't be locked or built is left out: one detection after the other, so that the others stay. */
  async #apply(
    detections: readonly Detection[],
    candidate: CandidateImage,
  ): Promise<CandidateImage | undefined> {
    let current = candidate;
    for (const detection of detections) {
      this.#applied.add(detection.key);
      try {
        const draft = detection.apply(this.#draft);
        if (detection.renews !== undefined) current = await this.#request.prepare(draft, detection.renews);
        this.#draft = draft;
      } catch (error) {
        if (this.#request.signal?.aborted === true) throw error;
        this.#refused.push(`${detection.what}: ${reasonOf(error)}`);
        if (error instanceof McpcatError && error.code === 'script-not-allowed')
          this.#wantedScripts.push(detection.key.replace(/^script /, ''));
        this.#request.say(`${detection.what}: that can't be given (${reasonOf(error)})`);
      }
    }
    return current;
  }

  /** Only what a proof shows as well as another start. */
  #finish(detections: readonly Detection[], seen: Seen): Discovered {
    const discovered = this.#result(seen);
    return {
      ...discovered,
      draft: detections.reduce((draft, detection) => detection.apply(draft), discovered.draft),
    };
  }

  #isOver(): boolean {
    return (
      this.#starts.length >= maxStarts ||
      Date.now() - this.#began > timeoutsMs.all ||
      this.#request.signal?.aborted === true
    );
  }

  #record(tried: string, { seen, next }: { seen: Seen; next: readonly Detection[] }): void {
    const outcome = seen.failure === undefined ? `${String(seen.tools.length)} tools` : failureOf(seen);
    const discovered = next.map(({ what }) => what);
    this.#starts.push({ tried, outcome, discovered });
    const then = discovered.length === 0 ? '' : ` → ${discovered.join('; ')}`;
    this.#request.say(`start ${String(this.#starts.length)}: ${outcome}${then}`);
  }

  #result(last: Seen): Discovered {
    return {
      draft: this.#success?.draft ?? this.#before ?? this.#draft,
      seen: this.#success?.seen,
      last,
      starts: this.#starts,
      refused: this.#refused,
      wantedScripts: this.#wantedScripts,
    };
  }
}

/** No tools at all, or only such as say how to set it up. */
function isHollow({ tools }: Seen): boolean {
  return (
    tools.length < 3 &&
    tools.every(({ name }) =>
      /(^|[_-])(setup|set_up|status|configure|login|sign_?in|onboard\w*)([_-]|$)/i.test(name),
    )
  );
}

/** A guess that its parser of arguments does not know. */
const unknownWords =
  /unrecognized arguments?|unknown (command|option|argument|flag|subcommand)|unexpected (argument|extra)|invalid choice|no such (command|option)|too many arguments/i;

/** The cause of a failed build or lock is in its last lines. */
function reasonOf(error: unknown): string {
  if (!(error instanceof McpcatError)) return messageOf(error);
  const line = error.detail.findLast((one) => /error|cannot|not found|no module/i.test(one));
  return line === undefined ? error.message : line.trim().slice(0, 160);
}

function failureOf(seen: Seen): string {
  const ended = seen.outOfMemory
    ? 'out of memory'
    : seen.exitCode === undefined
      ? 'no answer'
      : `ended with ${String(seen.exitCode)}`;
  const line = outputLines({ seen: { ...seen, failure: undefined } }).findLast((one) =>
    /error|missing|required|not |usage|fail|invalid/i.test(one),
  );
  return line === undefined ? ended : `${ended}: ${line.trim().slice(0, 120)}`;
}
