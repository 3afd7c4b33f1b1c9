import { changed, isIn, type Draft } from '../draft.ts';
import { serviceAccount } from '../../evidence/example-value.ts';
import { quote, outputLines, type Detection, type Situation } from './detection.ts';

const absent: readonly RegExp[] = [
  /ENOENT: no such file or directory, \w+ '([^']{1,300})'/g,
  /No such file or directory: ['"]([^'"]{1,300})['"]/g,
  /(?:open|stat|read) (\/[^\s:'"]{1,300}): no such file or directory/g,
  /(?:file|credentials|config\w*|path)\b[^/'"]{0,60}(?:not found|does not exist|missing)[^/]{0,20}['"\s:(](\/[\w./-]{1,300})/gi,
  /(?:^|[\s'"(:=])(\/[\w./-]{1,300}\.\w{1,6})['"]?:? (?:was )?(?:not found|does not exist|is missing)/gi,
];

/** What a file of that kind holds when it holds nothing. */
const contents: readonly (readonly [RegExp, string])[] = [
  [/(service[-_]?account[^/]*|credentials)\.json$/i, serviceAccount],
  [/\.json$/i, '{}'],
  [/\.(ya?ml|toml|ini|env|cfg|conf|csv|txt|md|log)$/i, ''],
];

/** A file that a user keeps in a folder of the entry's, and that it reads at its start: the smoke test has an empty one. */
export function missingFiles(situation: Situation): Detection[] {
  if (situation.seen.failure === undefined) return [];
  const { mounts } = situation.draft.entry.permissions;
  return outputLines(situation).flatMap((line) =>
    absent.flatMap((pattern) =>
      [...line.matchAll(pattern)].flatMap(([, file = '']) => {
        const mount = mounts.find(({ target }) => file !== target && isIn(file, target));
        const text = contents.find(([end]) => end.test(file))?.[1];
        if (mount === undefined || text === undefined) return [];
        const name = `${mount.name}${file.slice(mount.target.length)}`;
        return [
          {
            key: `file ${name}`,
            what: `reads ${file}`,
            apply: (draft: Draft) => withFile(draft, { name, text, why: quote(line) }),
          },
        ];
      }),
    ),
  );
}

function withFile(draft: Draft, { name, text, why }: { name: string; text: string; why: string }): Draft {
  const { smoke } = draft.entry;
  return changed(
    draft,
    { smoke: { ...smoke, files: { ...smoke.files, [name]: text } } },
    { field: 'smoke.files', value: name, why: `it reads it at its start, a user has to have one: ${why}` },
  );
}
