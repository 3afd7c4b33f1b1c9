import type { AddReport } from '../../add/add.ts';
import type { Justification } from '../../add/draft.ts';
import { oneLine } from '../../lib/plain-text.ts';

/** What became of a package, for people: the entry, what they have to confirm, and why it failed if it did. */
export function addText(report: AddReport): string {
  const { state, text, failure } = report;
  return [
    headline(report),
    ...(failure === undefined ? [] : failureLines(report)),
    ...(text === '' || state === 'added' ? [] : ['', 'The entry:', ...indented(text.trimEnd().split('\n'))]),
    ...scriptLines(report),
    ...confirmLines(report),
    ...(state === 'added'
      ? ['', `Next: read the entry, then  mcpcat info ${report.name}  and  mcpcat run ${report.name}`]
      : []),
    '',
  ].join('\n');
}

function headline({ name, source, version, state, tools, folder, seconds }: AddReport): string {
  const took = `${seconds.toFixed(0)} s`;
  const what = `${source} ${version}`;
  switch (state) {
    case 'added':
      return `${name}: added to ${folder ?? ''} (${what}, ${String(tools)} tools, verified, ${took})`;
    case 'verified':
      return `${name}: verified, and nothing written (${what}, ${String(tools)} tools, ${took})`;
    case 'draft':
      return `${name}: NOT VERIFIED, written as a draft to ${folder ?? 'nowhere'} (${what}, ${took})`;
    case 'failed':
      return `${name}: not added (${what}, ${took})`;
  }
}

function failureLines({ failure, starts }: AddReport): string[] {
  return [
    '',
    `Why: ${printable(failure?.message ?? '')}`,
    ...indented((failure?.detail ?? []).map(printable)),
    ...(starts.length === 0 ? [] : ['', 'What was tried:']),
    ...starts.map(({ tried, outcome }) => `  ${printable(tried)}: ${printable(outcome)}`),
  ];
}

/** Only a person decides that a stranger's program runs in a build. */
function scriptLines({ wantedScripts, source }: AddReport): string[] {
  if (wantedScripts.length === 0) return [];
  const names = wantedScripts.map((name) => `--allow-scripts ${printable(name)}`).join(' ');
  return ['', `It seems to need install scripts. To let them run: mcpcat add ${source} ${names}`];
}

function confirmLines({ confirm, leftOut }: AddReport): string[] {
  return [
    ...(confirm.length === 0 ? [] : ['', 'For a person to confirm:', ...justificationLines(confirm)]),
    ...(leftOut.length === 0 ? [] : ['', 'Left out on purpose:', ...justificationLines(leftOut)]),
  ];
}

const maxReasons = 2;

/** Each value once, with its first reasons. Optional settings are one line: nothing depends on them. */
function justificationLines(list: readonly Justification[]): string[] {
  const optional = list
    .filter(({ why }) => why === 'documented, not needed to start')
    .map(({ value }) => value);
  const rest = list.filter(({ why }) => why !== 'documented, not needed to start');
  const groups = [...Map.groupBy(rest, ({ field, value }) => `${field}: ${value}`)];
  return [
    ...groups.map(
      ([what, all]) =>
        `  ${printable(what)}: ${all
          .slice(0, maxReasons)
          .map(({ why }) => printable(why))
          .join('; ')}`,
    ),
    ...(optional.length === 0 ? [] : [`  env: optional ${optional.join(', ')}`]),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function printable(text: string): string {
  return oneLine(text, 400);
}
