import { eachMember, type Span } from '../lib/json-spans.ts';

/** What of a name is looked at. */
const maxNameBytes = 59;

/** The wanted members of a JSON object, where their names are written without escapes; undefined if the span is none. */
export function membersOf(
  text: Buffer,
  span: Span,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Span> | undefined {
  const found = new Map<string, Span>();
  const ok = eachMember(text, span, (name, value) => {
    const key = text.toString('latin1', name.from + 1, Math.min(name.to - 1, name.from + 1 + maxNameBytes));
    if (wanted.has(key)) found.set(key, value);
    return true;
  });
  return ok ? found : undefined;
}
