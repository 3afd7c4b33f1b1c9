import { because } from '../draft.ts';
import { quote, outputLines, type Detection, type Situation } from './detection.ts';

const dayMs = 86_400_000;
/** Days after its release: what its author had, and the first corrections to it. */
const slack = 14;
/** Younger releases were made with much the same dependencies as there are now. */
const young = 60;

/** What programs say whose libraries have changed under them. */
/** Python's own, at the top of a start; `NoneType` is more often a setting that is missing. */
const pythonBroken = /^(AttributeError|ImportError|TypeError|ModuleNotFoundError): (?!.*NoneType)/;
const broken =
  /^\w*(AttributeError|ImportError|TypeError|ModuleNotFoundError|SyntaxError): .*(has no attribute|cannot import name|No module named|unexpected keyword|got an unexpected|missing \d+ required|does not provide an export|is not a constructor|is not a function|has been removed|takes \d+ positional)|does not provide an export named|ERR_PACKAGE_PATH_NOT_EXPORTED|is not defined by "exports"|TypeError: .* is not a (function|constructor)/m;

/** The line with which it broke; undefined if that was something else. */
function brokenLine(situation: Situation): string | undefined {
  if (situation.seen.failure === undefined) return undefined;
  const isPython = situation.lock.runtime === 'python';
  return outputLines(situation).find((one) => broken.test(one) || (isPython && pythonBroken.test(one)));
}

function age(published: string | undefined): { readonly time: number; readonly days: number } | undefined {
  const time = Date.parse(published ?? '');
  return Number.isNaN(time) ? undefined : { time, days: (Date.now() - time) / dayMs };
}

/**
 * A release that leaves its dependencies open, and breaks with those of today. What it names itself is held at the major
 * version of its day: all else stays new, and so do corrections to what is held.
 */
export function newerMajors(situation: Situation): Detection[] {
  const { published, draft, lock } = situation;
  const line = brokenLine(situation);
  const released = age(published);
  if (line === undefined || released === undefined || lock.runtime !== 'python') return [];
  if (released.days < 1 || draft.majorsOf !== undefined || draft.before !== undefined) return [];
  const day = new Date(released.time + dayMs);
  const text = day.toISOString().slice(0, 10);
  return [
    {
      key: 'older majors',
      what: `breaks with newer dependencies: their major versions of ${text}`,
      apply: (old) =>
        because(
          { ...old, majorsOf: day },
          {
            field: 'lock',
            value: `dependencies of the major versions of ${text}`,
            why: `with newer ones it does not start (${quote(line)}): a later mcpcat update will say so again`,
          },
        ),
      renews: 'lock',
    },
  ];
}

/** Where the major versions did not help, or there is no such notion: everything as it was at the release's own time. */
export function newerDependencies(situation: Situation): Detection[] {
  const { published, draft } = situation;
  const line = brokenLine(situation);
  const released = age(published);
  if (line === undefined || released === undefined || released.days < young || draft.before !== undefined)
    return [];
  const before = new Date(released.time + slack * dayMs);
  const day = before.toISOString().slice(0, 10);
  return [
    {
      key: 'older dependencies',
      what: `breaks with newer dependencies: those until ${day}`,
      apply: (old) => {
        const { majorsOf: _, ...rest } = old;
        const justifications = old.justifications.filter(({ field }) => field !== 'lock');
        return because(
          { ...rest, justifications, before },
          {
            field: 'lock',
            value: `dependencies until ${day}`,
            why: `with newer ones it does not start (${quote(line)}): a later mcpcat update will say so again`,
          },
        );
      },
      renews: 'lock',
    },
  ];
}
