/** Whether two texts name the same terms: `Apache-2.0` and `Apache License 2.0` do, `MIT OR GPL-3.0` offers MIT. */
export function sameLicense(a: string, b: string): boolean {
  const [left, right] = [normal(a), normal(b)];
  if (left === right) return true;
  // "and" adds terms, so it must be the very same.
  if (/\band\b|\bwith\b/i.test(`${a} ${b}`)) return false;
  const choices = new Set(right.split(' or '));
  return left.split(' or ').some((choice) => choices.has(choice));
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .split(/\s+or\s+|\s*\/\s*/)
    .map((part) => part.replaceAll(/\blicen[sc]e\b|\bversion\b|\bthe\b|\bv(?=\d)|[^a-z0-9.]/g, ''))
    .map((part) => part.replace(/^apache2$/, 'apache2.0'))
    .join(' or ');
}
