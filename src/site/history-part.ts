import type { Release } from '../catalog/history.ts';
import { oneLine } from '../lib/plain-text.ts';
import { html, type Markup } from './html.ts';

const maxNames = 20;

/** How its tools have changed from release to release, newest first. */
export function historyPart(releases: readonly Release[]): Markup | undefined {
  const last = releases.at(-1);
  if (last === undefined) return undefined;
  const rows = releases.toReversed();
  return html`<details>
    <summary>
      Changes of its tools:
      ${releases.length === 1 ? `one release is recorded, of ${last.date}` : `${String(releases.length)} releases are recorded, the last of ${last.date}`}.
    </summary>
    <ul>
      ${rows.map(
        ({ version, date, tools, changes }) =>
          html`<li>
            ${oneLine(version, 40)} (${date}): ${String(tools)}
            ${tools === 1 ? 'tool' : 'tools'}${changesText(changes)}
          </li> `,
      )}
    </ul>
  </details>`;
}

function changesText(changes: Release['changes']): string {
  if (changes === null) return '';
  const parts = (['added', 'removed', 'changed'] as const).flatMap((kind) =>
    changes[kind].length === 0 ? [] : [`${kind}: ${namesText(changes[kind])}`],
  );
  return parts.length === 0 ? ', the same as before' : `; ${parts.join('; ')}`;
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map((name) => oneLine(name, 60));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${String(more)} more` : shown.join(', ');
}
