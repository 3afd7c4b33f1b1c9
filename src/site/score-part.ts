import type { Score } from '../score/score.ts';
import { html, type Markup } from './html.ts';

/** The score with the reason of every point, folded away. */
export function scorePart({ score, alone, lines }: Score): Markup {
  return html`<details>
    <summary>Score: ${score} of 100 in the sandbox, ${alone} without</summary>
    <dl>
      ${lines.map(
        ({ what, points, of, because, source }) =>
          html`<dt>${what}: ${points} of ${of}</dt>
            <dd>${because} <span class="soft">(${source})</span></dd> `,
      )}
    </dl>
  </details>`;
}
