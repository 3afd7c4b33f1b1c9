import { jsonText } from '../../lib/folders.ts';
import { oneLine, visible } from '../../lib/plain-text.ts';
import type { Change } from '../../surface/changes.ts';
import type { VisibleTools, Withheld } from '../../surface/visible-tools.ts';

interface Revision extends Pick<VisibleTools, 'withheld' | 'missing'> {
  readonly protocolVersion: string;
}

/** What a server lists now and was not recorded so. Each line of its texts is marked: none can pass for one of ours. */
export function differenceText(server: string, revisions: readonly Revision[]): string {
  const parts = revisions.flatMap((revision) => revisionText(revision));
  if (parts.length === 0) return `${server}: all tools are as they were recorded or approved\n`;
  return `${parts.join('\n')}\nmcpcat tools approve ${server} [TOOL…] shows them as they are now\n`;
}

function revisionText({ protocolVersion, withheld, missing }: Revision): readonly string[] {
  const parts = [...withheld.map(withheldText), ...missing.map((tool) => `gone: ${oneLine(tool)}\n`)];
  return parts.length === 0 ? [] : [`Protocol revision ${protocolVersion}\n`, ...parts];
}

function withheldText({ tool, state, changes, hidden, definition }: Withheld): string {
  const what =
    state === 'new' ? marked('+', jsonText(definition).trimEnd()) : changes.map(changeText).join('');
  const hides = hidden.map(({ place, found }) => `  hides something: ${oneLine(`${place}: ${found}`)}\n`);
  return `${state}: ${oneLine(tool)}\n${what}${hides.join('')}`;
}

function changeText({ where, before, after }: Change): string {
  const lines = [
    ...(before === undefined ? [] : [marked('-', before)]),
    ...(after === undefined ? [] : [marked('+', after)]),
  ];
  return `  ${oneLine(where === '' ? 'in the list' : where)}\n${lines.join('')}`;
}

function marked(mark: '-' | '+', text: string): string {
  return visible(text)
    .split('\n')
    .map((line) => `    ${mark} ${line}\n`)
    .join('');
}
