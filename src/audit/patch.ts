import { isSeq, parseDocument } from 'yaml';

/** What shall be different in `permissions` of an entry. */
export interface Change {
  readonly network: { readonly add: readonly string[]; readonly remove: readonly string[] };
  readonly writable: { readonly add: readonly string[]; readonly remove: readonly string[] };
}

/** A unified diff of `catalog/<name>/server.yaml`, comments and order kept; empty if nothing changes. */
export function patchOf(name: string, text: string, change: Change): string {
  const after = changed(text, change);
  if (after === text) return '';
  const file = `catalog/${name}/server.yaml`;
  return [`--- a/${file}`, `+++ b/${file}`, ...hunk(text, after), ''].join('\n');
}

function changed(text: string, change: Change): string {
  const document = parseDocument(text);
  for (const key of ['network', 'writable'] as const) {
    const { add, remove } = change[key];
    if (add.length === 0 && remove.length === 0) continue;
    const path = ['permissions', key];
    const found = document.getIn(path);
    const declared = isSeq(found)
      ? (found.toJSON() as readonly string[])
      : key === 'writable'
        ? ['/tmp']
        : [];
    const wanted = [...declared.filter((item) => !remove.includes(item)), ...add];
    const list = document.createNode(wanted);
    list.flow = true;
    document.setIn(path, list);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Entries are short: one hunk with the whole file around it. */
function hunk(before: string, after: string): string[] {
  const [a, b] = [before.trimEnd().split('\n'), after.trimEnd().split('\n')];
  const lines = difference(a, b);
  return [`@@ -1,${String(a.length)} +1,${String(b.length)} @@`, ...lines];
}

/** By the longest common subsequence; files have tens of lines. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  const longest = a.map(() => b.map(() => 0));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = longest[i];
      if (row !== undefined)
        row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      lines.push(` ${a[i++] ?? ''}`);
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1)))
      lines.push(`-${a[i++] ?? ''}`);
    else lines.push(`+${b[j++] ?? ''}`);
  }
  return lines;
}
