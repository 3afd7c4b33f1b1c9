import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Engine, Labels } from '../engine/engine.ts';
import { startKey } from './arguments.ts';
import type { Clues } from './clues/gather.ts';
import type { Draft } from './draft.ts';
import { guesses } from './lessons/guesses.ts';
import { saidLines, type Lesson, type Situation } from './lessons/lesson.ts';
import { limits } from './lessons/limits.ts';
import { missingArguments } from './lessons/missing-arguments.ts';
import { missingFiles } from './lessons/missing-files.ts';
import { missingPrograms, missingScripts, missingShell } from './lessons/missing-programs.ts';
import { missingSettings } from './lessons/missing-settings.ts';
import { newerDependencies, newerMajors } from './lessons/newer-dependencies.ts';
import { refusedWrites } from './lessons/refused-writes.ts';
import { noisy } from './lessons/transport.ts';
import { wrongValues } from './lessons/wrong-values.ts';
import type { Package } from './package/package.ts';
import { startOnce, type Seen } from './start.ts';

/** Where a draft is made into an image. */
export interface Bench {
  readonly image: string;
  readonly lock: Situation['lock'];
}

export interface LearnRequest {
  readonly engine: Engine;
  readonly labels: Labels;
  readonly own: Package;
  readonly clues: Clues;
  readonly draft: Draft;
  /** When the release was published, ISO 8601. */
  readonly published: string | undefined;
  /** Packages whose install scripts a person has allowed to run. */
  readonly allowedScripts: readonly string[];
  /** Let it write its home, so that what it keeps there shows; false: exactly as it will run. */
  readonly openHome: boolean;
  /** Makes the image for a draft; rejects if that draft can't be locked or built. */
  readonly prepare: (draft: Draft, renews: NonNullable<Lesson['renews']>) => Promise<Bench>;
  /** What happens, for people. */
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One start, and what was made of it. */
export interface StartRecord {
  readonly tried: string;
  readonly outcome: string;
  readonly learned: readonly string[];
}

export interface Learned {
  readonly draft: Draft;
  /** The last start that got to its tools; undefined if none did. */
  readonly seen: Seen | undefined;
  readonly last: Seen;
  readonly starts: readonly StartRecord[];
  /** What was learned and could not be done: the lesson, and why. */
  readonly refused: readonly string[];
  /** Packages whose install scripts it seems to need and nobody has allowed. */
  readonly wantedScripts: readonly string[];
}

const mostStarts = 12;
const mostAfterSuccess = 3;
/** Milliseconds. The first start of an image is slow; a guess that hangs is not worth as much. */
const patience = { first: 45_000, guess: 20_000, all: 480_000 } as const;

/** Starts a server, learns from what it says and does what it needs, and starts it again, until it works or nothing is left to try. */
export async function learn(request: LearnRequest): Promise<Learned> {
  const course = new Course(request);
  return course.run();
}

class Course {
  readonly #request: LearnRequest;
  readonly #learned = new Set<string>();
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

  constructor(request: LearnRequest) {
    this.#request = request;
    this.#draft = request.draft;
    const { args, smoke } = request.draft.entry;
    this.#learned.add(startKey({ args, smoke: smoke.args }));
  }

  async run(): Promise<Learned> {
    let bench = await this.#first();
    let tried = 'as documented';
    for (;;) {
      const seen = await this.#start(bench);
      const situation = { ...this.#request, seen, draft: this.#draft, lock: bench.lock };
      if (seen.failure === undefined) this.#keep(seen);
      const next = this.#next(situation);
      this.#record(tried, { seen, next });
      if (seen.failure === undefined && next.every(({ quiet }) => quiet === true))
        return this.#finish(next, seen);
      if (next.length === 0 || this.#isOver()) return this.#result(seen);
      const prepared = await this.#apply(next, bench);
      if (prepared === undefined) return this.#result(seen);
      bench = prepared;
      tried = next.map(({ what }) => what).join('; ');
    }
  }

  /** Programs that only the source speaks of are left out where Debian can't be asked. */
  async #first(): Promise<Bench> {
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

  async #start({ image }: Bench): Promise<Seen> {
    const { engine, labels, signal, openHome } = this.#request;
    const deadlineMs =
      this.#starts.length === 0 ? patience.first : this.#before === undefined ? 30_000 : patience.guess;
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

  #next(situation: Situation): Lesson[] {
    const { seen } = situation;
    const fresh = (lessons: readonly Lesson[]): Lesson[] => [
      ...new Map(
        lessons.filter(({ key }) => !this.#learned.has(key)).map((lesson) => [lesson.key, lesson]),
      ).values(),
    ];
    if (seen.failure === undefined) {
      if (this.#afterSuccess++ >= mostAfterSuccess) return [];
      const lessons = fresh(
        [missingSettings, refusedWrites, missingPrograms, missingShell, noisy, limits].flatMap((learner) =>
          learner(situation),
        ),
      );
      if (lessons.some(({ quiet }) => quiet !== true) || !isHollow(seen)) return lessons;
      // Without a tool of use something must be missing; settings that are documented come first.
      const more = fresh(guesses(situation))
        .filter(({ key }) => key.startsWith('settings'))
        .slice(0, 1);
      this.#forMore = more.length > 0;
      return [...lessons, ...more];
    }
    const lessons = fresh(
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
      ].flatMap((learner) => learner(situation)),
    );
    // The milder of the two first.
    const mild = lessons.some(({ key }) => key === 'older majors');
    const told = lessons.filter(({ key }) => !(mild && key === 'older dependencies'));
    const misguided = this.#before !== undefined && unknownWords.test(saidLines(situation).join('\n'));
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

  /** What can't be locked or built is left out: one lesson after the other, so that the others stay. */
  async #apply(lessons: readonly Lesson[], bench: Bench): Promise<Bench | undefined> {
    let current = bench;
    for (const lesson of lessons) {
      this.#learned.add(lesson.key);
      try {
        const draft = lesson.apply(this.#draft);
        if (lesson.renews !== undefined) current = await this.#request.prepare(draft, lesson.renews);
        this.#draft = draft;
      } catch (error) {
        if (this.#request.signal?.aborted === true) throw error;
        this.#refused.push(`${lesson.what}: ${reasonOf(error)}`);
        if (error instanceof McpcatError && error.code === 'script-not-allowed')
          this.#wantedScripts.push(lesson.key.replace(/^script /, ''));
        this.#request.say(`${lesson.what}: that can't be given (${reasonOf(error)})`);
      }
    }
    return current;
  }

  /** Only what a proof shows as well as another start. */
  #finish(lessons: readonly Lesson[], seen: Seen): Learned {
    const learned = this.#result(seen);
    return { ...learned, draft: lessons.reduce((draft, lesson) => lesson.apply(draft), learned.draft) };
  }

  #isOver(): boolean {
    return (
      this.#starts.length >= mostStarts ||
      Date.now() - this.#began > patience.all ||
      this.#request.signal?.aborted === true
    );
  }

  #record(tried: string, { seen, next }: { seen: Seen; next: readonly Lesson[] }): void {
    const outcome = seen.failure === undefined ? `${String(seen.tools.length)} tools` : failureOf(seen);
    const learned = next.map(({ what }) => what);
    this.#starts.push({ tried, outcome, learned });
    const then = learned.length === 0 ? '' : ` → ${learned.join('; ')}`;
    this.#request.say(`start ${String(this.#starts.length)}: ${outcome}${then}`);
  }

  #result(last: Seen): Learned {
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
  const line = saidLines({ seen: { ...seen, failure: undefined } }).findLast((one) =>
    /error|missing|required|not |usage|fail|invalid/i.test(one),
  );
  return line === undefined ? ended : `${ended}: ${line.trim().slice(0, 120)}`;
}
