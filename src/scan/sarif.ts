import type { Severity } from '../advisories/severity.ts';
import { isOpen, type ScannedHole, type ScanReport } from './scan.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  unknown: 'warning',
  low: 'note',
};

/**
 * SARIF 2.1.0 (docs.oasis-open.org/sarif), as code hosts take it: a rule for each hole, a result for each server that
 * has it. `fileOf` is the file to blame, relative to the repository. What was not checked is a notification.
 */
export function sarif(report: ScanReport, fileOf: (server: string) => string): unknown {
  const all = report.servers.flatMap(({ server, holes }) => holes.map((hole) => ({ server, hole })));
  const rules = [...new Map(all.map(({ hole }) => [hole.id, ruleOf(hole)])).entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, rule]) => rule);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'mcpcat scan', informationUri: 'https://github.com/mcpcat-run/mcpcat', rules },
        },
        invocations: [
          {
            executionSuccessful: report.refused.length === 0,
            toolExecutionNotifications: notificationsOf(report),
          },
        ],
        results: all.map(({ server, hole }) => resultOf(hole, { server, file: fileOf(server) })),
      },
    ],
  };
}

function ruleOf({ id, summary, severity, aliases }: ScannedHole): unknown {
  return {
    id,
    shortDescription: { text: summary === '' ? id : summary },
    helpUri: `https://osv.dev/vulnerability/${encodeURIComponent(id)}`,
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['security', ...aliases], severity },
  };
}

function resultOf(
  hole: ScannedHole,
  { server, file }: { readonly server: string; readonly file: string },
): unknown {
  const { id, severity, name, version, fixed, ref, exception } = hole;
  const until = fixed === undefined ? 'no release without it' : `fixed in ${fixed}`;
  return {
    ruleId: id,
    level: levels[severity],
    message: { text: `${server}: ${name} ${version} has ${id}; ${until}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
    partialFingerprints: { 'mcpcat/v1': `${server} ${ref} ${id}` },
    ...(isOpen(hole) || exception === undefined
      ? {}
      : {
          suppressions: [
            { kind: 'external', justification: `${exception.justification}: ${exception.reason}` },
          ],
        }),
  };
}

/** RFC 3986: a folder may have any name. */
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

function notificationsOf({ servers, refused }: ScanReport): unknown[] {
  const unchecked = servers.flatMap(({ server, unchecked: list }) =>
    list.map(
      ({ ecosystem, packages }) => `${server}: ${String(packages)} packages of ${ecosystem} were not checked`,
    ),
  );
  const unread = refused.map(({ name, reason }) => `${name}: refused: ${reason}`);
  return [...unchecked, ...unread].map((text) => ({ level: 'warning', message: { text } }));
}
