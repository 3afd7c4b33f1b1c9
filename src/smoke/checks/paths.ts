import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** Of one answer; a list of files is one fault, not a hundred. */
const maxNamed = 10;

/**
 * The answer to `smoke.call` names no file that only the container has: what lies in its memory or in a volume of its
 * own can't be opened by who reads the answer. Paths that the call itself named are no news.
 */
export const answersWithoutInnerPaths: Check = ({ entry, handed, handshake }) => {
  const { call } = handshake;
  if (call === undefined || call.isError) return [];
  const { writable, state } = entry.permissions;
  const asked = JSON.stringify(entry.smoke.call?.arguments ?? {});
  const folders = [...writable, ...state.map(({ target }) => target)];
  const named = innerPaths(call.text, { folders, handed }).filter((path) => !asked.includes(path));
  return named.length === 0
    ? []
    : [
        finding(
          'inner-paths',
          `the answer of ${entry.smoke.call?.tool ?? 'its call'} names ${named.length === 1 ? 'a path' : 'paths'} that only the container has`,
          named.slice(0, maxNamed),
        ),
      ];
};

/** Paths in a text that lie below a folder of the container's own and in none that the user has handed over. Sorted. */
export function innerPaths(
  answer: string,
  { folders, handed }: { readonly folders: readonly string[]; readonly handed: readonly string[] },
): string[] {
  const text = unescaped(answer);
  return [...new Set(folders.flatMap((folder) => pathsBelow(folder, text)))]
    .filter((path) => !handed.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    .toSorted();
}

/** The answer is kept as JSON: a line feed there is a backslash and a letter. */
function unescaped(json: string): string {
  return json.replaceAll(/\\(?:u[0-9a-f]{4}|.)/gi, ' ');
}

/** `/tmp/x` and `file:///tmp/x`, but not the end of `/var/tmp/x` or of `https://host/tmp/x`. */
function pathsBelow(folder: string, text: string): string[] {
  const plain = folder.replaceAll(/[.-]/g, String.raw`\$&`);
  const form = new RegExp(String.raw`(?<=^|file://|[^\w./~%-])${plain}(?:/[\w.@%+~=,-]+)+`, 'g');
  return [...text.matchAll(form)].map(([path]) => path.replace(/[.,]+$/, ''));
}
