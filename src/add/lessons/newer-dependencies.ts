import { because } from '../draft.ts';
import { quote, saidLines, type Lesson, type Situation } from './lesson.ts';

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

/** An old release that leaves its dependencies open, and breaks with those of today: take those of its own time. */
export function newerDependencies(situation: Situation): Lesson[] {
  const { seen, published, draft, lock } = situation;
  if (seen.failure === undefined || published === undefined || draft.before !== undefined) return [];
  const time = Date.parse(published);
  if (Number.isNaN(time) || Date.now() - time < young * dayMs) return [];
  const line = saidLines(situation).find(
    (one) => broken.test(one) || (lock.runtime === 'python' && pythonBroken.test(one)),
  );
  if (line === undefined) return [];
  const before = new Date(time + slack * dayMs);
  const day = before.toISOString().slice(0, 10);
  return [
    {
      key: 'older dependencies',
      what: `breaks with newer dependencies: those until ${day}`,
      apply: (old) =>
        because(
          { ...old, before },
          {
            field: 'lock',
            value: `dependencies until ${day}`,
            why: `with newer ones it does not start (${quote(line)}): a later mcpcat update will say so again`,
          },
        ),
      renews: 'lock',
    },
  ];
}
