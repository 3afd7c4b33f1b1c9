import { markdownCodeCell, markdownLink, markdownText } from '../lib/markdown-text.ts';
import type { ListedServer, CatalogIndex } from './catalog-index.ts';

/** `docs/catalog.md`: the catalog for people, from the catalog index alone. Pure. */
export function catalogPage({ servers }: CatalogIndex): string {
  const all = Object.values(servers);
  const proved = all.filter(({ status }) => status === 'proved');
  const others = all.filter(({ status }) => status !== 'proved');
  return `${[
    '<!-- Written by `mcpcat index --page`; do not edit. -->',
    '',
    '# The catalog',
    '',
    `${proved.length === 1 ? '1 server is' : `${String(proved.length)} servers are`} verified: \`mcpcat test\` has started each in the sandbox that \`mcpcat run\` uses, shaken hands with it, tried everything that its entry declares, and tried ways around it. ${countsOf(proved)}`,
    '',
    '“Start” is the time from the start of the container to the answer to `initialize`, “memory” what the container had while idle: figures of the run that gave the proof, on one machine. “Held” are the ways out of the sandbox that were tried and failed. All of it for programs: `catalog.json`, described by `catalog.schema.json`.',
    '',
    ...table(
      ['Server', 'What it does', 'May reach', 'Folders', 'Settings', 'Verified', 'Start', 'Memory', 'Held'],
      proved.map(rowOf),
    ),
    ...(others.length === 0
      ? []
      : [
          '',
          '## Without a proof of what they are now',
          '',
          ...table(
            ['Server', 'What it does', 'Why'],
            others.map((server) => [
              linkOf(server),
              markdownText(server.description),
              markdownText(server.reason ?? ''),
            ]),
          ),
        ]),
  ].join('\n')}\n`;
}

function countsOf(servers: readonly ListedServer[]): string {
  const counts = Object.entries(Object.groupBy(servers, ({ source }) => source.split(':')[0] ?? ''));
  const parts = counts.map(([kind, of]) => `${String(of?.length ?? 0)} from ${kind}`).toSorted();
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}

function rowOf(server: ListedServer): string[] {
  const { description, proof } = server;
  return [
    linkOf(server),
    markdownText(description),
    reachOf(server),
    foldersOf(server),
    settingsOf(server),
    markdownText(proof?.date ?? ''),
    figure(proof?.initializeMs, (ms) => `${String(ms)} ms`),
    figure(proof?.memoryBytes, (bytes) => `${String(Math.round(bytes / 1e6))} MB`),
    String(proof?.refused ?? ''),
  ];
}

function linkOf({ name, title, repository, version }: ListedServer): string {
  const link = markdownLink(markdownCodeCell(name), { address: repository, title });
  return version === null ? link : `${link} ${markdownText(version)}`;
}

function reachOf({ permissions: { network } }: ListedServer): string {
  if (network.some((host) => host === '*' || host.startsWith('*:'))) return '**the whole internet**';
  return network.map((host) => markdownCodeCell(host)).join('<br>') || 'nothing';
}

function foldersOf({ permissions: { mounts, state } }: ListedServer): string {
  return [
    ...mounts.map(
      ({ name, mode, required }) => `${markdownCodeCell(name)} (${mode}${required ? ', required' : ''})`,
    ),
    ...state.map(({ name }) => `keeps ${markdownCodeCell(name)}`),
  ].join('<br>');
}

function settingsOf({ env }: ListedServer): string {
  return Object.entries(env)
    .map(([name, { required, secret }]) => {
      const traits = [...(required ? ['required'] : []), ...(secret ? ['secret'] : [])].join(', ');
      return `${markdownCodeCell(name)}${traits === '' ? '' : ` (${traits})`}`;
    })
    .join('<br>');
}

function figure(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? '' : text(value);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
