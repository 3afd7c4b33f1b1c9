/**
 * Whether a pattern stands for a name: `*` for any characters, everything else for itself, upper and lower case apart.
 * In time proportional to name × pattern at most, whatever both are: no regular expression is made of a stranger's text.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let [at, index] = [0, 0];
  let star: { readonly after: number; from: number } | undefined;
  while (index < name.length) {
    if (pattern[at] === '*') {
      star = { after: ++at, from: index };
    } else if (pattern[at] === name[index]) {
      at++;
      index++;
    } else if (star !== undefined) {
      at = star.after;
      index = ++star.from;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
