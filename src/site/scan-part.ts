import { openHoles, scanSentence, type ScanRecord } from '../advisories/scan-record.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';
import { oneLine } from '../lib/plain-text.ts';
import { html, type Markup } from './html.ts';

/** Date and result of the last scan. As of its own day, so that the same catalog gives the same page. */
export function scanPart({ name, version }: ListedServer, scan: ScanRecord | undefined): Markup {
  const sentence = scanSentence(scan, { name, version, today: scan?.date ?? '' });
  const open = scan === undefined || scan.version !== version ? [] : openHoles(scan, scan.date);
  if (open.length === 0) return html`<p>${sentence}.</p>`;
  return html`<details>
    <summary>${sentence}</summary>
    <ul>
      ${open.map(
        ({ id, severity, name: component, version: found, fixed }) =>
          html`<li>
            <code>${oneLine(id, 80)}</code> (${severity}) in ${oneLine(component, 80)} ${oneLine(found, 40)},
            ${fixed === null ? 'fixed nowhere yet' : `fixed in ${oneLine(fixed, 40)}`}
          </li> `,
      )}
    </ul>
  </details>`;
}
