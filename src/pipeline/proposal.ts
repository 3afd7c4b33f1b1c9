import type { Lock } from '../catalog/lock.ts';
import type { Server } from '../catalog/server.ts';
import { markdownCode as code, markdownCodeCell } from '../lib/markdown-text.ts';
import { megabytes } from '../lib/size.ts';
import { checkNames, type Check } from '../provenance/record.ts';
import { checkWords } from '../provenance/word-findings.ts';
import type { DependencyDiff } from './dependency-diff.ts';
import { bullets, folded } from './markdown.ts';
import type { ToolDiff } from './tool-diff.ts';
import type { VerifiedUpdate } from './update-entry.ts';

/** Title and body of the pull request for a verified release. Pure, and the same for the same release. */
export function proposalText(update: VerifiedUpdate): { title: string; body: string } {
  const lines = [
    ...versionPart(update),
    ...upstreamPart(update),
    ...toolPart(update.tools),
    ...dependencyPart(update.dependencies),
    ...permissionPart(update),
    ...verificationPart(update),
  ];
  return { title: proposalTitle(update.server, update.lock), body: lines.join('\n') };
}

export function proposalTitle({ entry: { name }, lock: old }: Server, { version }: Lock): string {
  const from = old?.version;
  if (from === version) return `${name} ${version}: dependencies`;
  return from === undefined ? `${name} ${version}` : `${name} ${from} → ${version}`;
}

function versionPart({ server, lock }: VerifiedUpdate): string[] {
  const { lock: old } = server;
  const row = (what: string, before: string | undefined, after: string | undefined): string =>
    `| ${what} | ${markdownCodeCell(before ?? 'none')} | ${markdownCodeCell(after ?? 'none')} |`;
  return [
    `${code(lock.source)} was locked, built without network and verified in the sandbox.`,
    '',
    '| | before | now |',
    '|---|---|---|',
    row('version', old?.version, lock.version),
    row('published', old?.published, lock.published),
    row('licence', old?.license, lock.license),
    row('needs', old?.requires, lock.requires),
    '',
  ];
}

/** Who vouches for the release besides us; what nobody was asked about is said as such. */
function upstreamPart({ upstream: { checks, origin, publisher }, findings }: VerifiedUpdate): string[] {
  const changed = findings.filter(({ kind, severity }) => isUpstreamChange(kind) && severity !== 'info');
  return [
    changed.length === 0 ? '## Upstream’s own word' : '## Upstream’s own word: please review',
    '',
    ...bullets([
      ...changed.map(({ message }) => `**changed** ${code(message, 600)}`),
      ...checkNames.flatMap((name) => {
        const check = checks[name];
        return check === undefined ? [] : [`${checkWords[name]}: ${checkText(check)}`];
      }),
      ...(origin === null ? [] : [`built from ${code(origin.repository)}`]),
      ...(publisher === null ? [] : [`published by ${code(publisher)}`]),
    ]),
    '',
  ];
}

function isUpstreamChange(kind: string): boolean {
  return kind.startsWith('upstream-') && kind !== 'upstream-not-checked';
}

function checkText(check: Check): string {
  switch (check.state) {
    case 'ok':
      return `holds (${check.tried.join(', ')}), by ${code(check.by)}`;
    case 'absent':
      return 'none';
    case 'refused':
      return `**does not hold**: ${code(check.reason, 400)}`;
    case 'not-checked':
      return `not checked: ${code(check.reason, 400)}`;
  }
}

/** The review against rug pulls: a description is an instruction to a model. */
function toolPart(tools: ToolDiff | undefined): string[] {
  if (tools === undefined) return ['## Tools', '', 'Listed for the first time: read `tools.json`.', ''];
  const { added, removed, reworded, otherArguments } = tools;
  if (added.length + removed.length + reworded.length + otherArguments.length === 0)
    return ['## Tools', '', 'Unchanged: names, descriptions and arguments.', ''];
  return [
    '## Tools: please review',
    '',
    ...bullets([
      ...added.map((tool) => `**added** ${code(tool.name)}: ${code(tool.description, 600)}`),
      ...removed.map((tool) => `**removed** ${code(tool.name)}`),
      ...reworded.map(
        ({ name, before, after }) =>
          `**reworded** ${code(name)}: ${code(before, 600)} is now ${code(after, 600)}`,
      ),
      ...otherArguments.map((name) => `**other arguments** ${code(name)}`),
    ]),
    '',
  ];
}

function dependencyPart({ added, removed, changed }: DependencyDiff): string[] {
  const list = (lines: readonly string[]): string[] => bullets(lines.map((line) => code(line)));
  return [
    '## Dependencies',
    '',
    ...folded(`${String(added.length)} added`, list(added)),
    ...folded(`${String(removed.length)} removed`, list(removed)),
    ...folded(`${String(changed.length)} changed`, list(changed)),
  ];
}

/** An update never touches `server.yaml`: what a server may do stays what a person wrote. */
function permissionPart({ server, dependencies }: VerifiedUpdate): string[] {
  const { permissions, scripts } = server.entry;
  const allowed = new Set(scripts.map((script) => script.package));
  const wanting = dependencies.scripts.filter((name) => !allowed.has(name));
  const network =
    permissions.network.length === 0
      ? 'no network'
      : permissions.network.map((host) => code(host)).join(', ');
  return [
    '## Permissions',
    '',
    `Unchanged, and verified to be enough: ${network}; writable ${permissions.writable.map((folder) => code(folder)).join(', ') || 'nothing'}.`,
    ...(wanting.length === 0
      ? []
      : [
          '',
          `New packages with an install script, which does **not** run: ${wanting.map((name) => code(name)).join(', ')}.`,
        ]),
    '',
  ];
}

function verificationPart({ verification, findings }: VerifiedUpdate): string[] {
  const { bytes, bytesBefore, report } = verification;
  const before = bytesBefore === undefined ? '' : ` (before: ${megabytes(bytesBefore)})`;
  const shown = findings.filter(({ kind }) => kind !== 'tools-changed' && !kind.startsWith('upstream-'));
  return [
    '## Verification',
    '',
    ...bullets([
      `image ${megabytes(bytes)}${before}`,
      `${String(report.tools)} tools, protocol ${code(report.protocolVersion ?? 'unknown')}`,
      `${String(report.proof.works)} declared permissions work, ${String(report.proof.refused)} ways around them were tried and failed`,
      `smoke call: ${report.call === undefined ? 'none declared' : 'answered'}`,
    ]),
    ...(shown.length === 0 ? [] : ['', 'Worth knowing:', '']),
    ...bullets(shown.map(({ kind, severity, message }) => `${severity} ${kind}: ${code(message, 400)}`)),
    '',
  ];
}
