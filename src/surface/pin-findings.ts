import type { Finding } from '../lib/finding.ts';
import type { VisibleTools, Withheld } from './visible-tools.ts';

/** What is said of the tools of a running server that are not as they were recorded; one finding for each. */
export function pinFindings(server: string, { withheld, missing }: VisibleTools): readonly Finding[] {
  return [
    ...withheld.map((one) => withheldFinding(server, one)),
    ...missing.map((tool): Finding => ({
      kind: 'tool-missing',
      severity: 'warning',
      message: `${server}: the tool ${tool} is gone, and off the list`,
    })),
  ];
}

function withheldFinding(server: string, { tool, state, changes, hidden }: Withheld): Finding {
  const texts = changes.map(({ where }) => (where === '' ? 'it is listed twice' : where));
  const what =
    state === 'new'
      ? 'is new since it was reviewed'
      : `is not as it was reviewed (${texts.slice(0, maxNamed).join(', ')}${texts.length > maxNamed ? ', …' : ''})`;
  return {
    kind: state === 'new' ? 'tool-new' : 'tool-changed',
    severity: 'warning',
    message: `${server}: the tool ${tool} ${what}: not shown and not callable until somebody has looked at it (mcpcat tools diff ${server})`,
    ...(hidden.length === 0 ? {} : { evidence: hidden.map(({ place, found }) => `${place}: ${found}`) }),
  };
}

const maxNamed = 3;
