import type { ListedServer, Listing } from './listing.ts';

/** `docs/catalog.md`: the catalog for people, from the listing alone. Pure. */
export function listingPage({ servers }: Listing): string {
  const all = Object.values(servers);
  const proved = all.filter(({ status }) => status === 'proved');
  const others = all.filter(({ status }) => status !== 'proved');
  return `${[
    '<!-- Written by `mcpcat index --page`; do not edit. -->',
    '',
    '# The catalog',
    '',
    `${String(proved.length)} servers are proved: \`mcpcat test\` has started each in the sandbox that \`mcpcat run\` uses, shaken hands with it, tried everything that its entry declares, and tried ways around it. ${countsOf(proved)}`,
    '',
    '“Start” is the time from the start of the container to the answer to `initialize`, “memory” what the container had while idle: figures of the run that gave the proof, on one machine. “Held” are the ways out of the sandbox that were tried and failed. All of it for programs: `catalog.json`, described by `catalog.schema.json`.',
    '',
    ...table(
      ['Server', 'What it does', 'May reach', 'Folders', 'Settings', 'Proved', 'Start', 'Memory', 'Held'],
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
            others.map((server) => [linkOf(server), cell(server.description), cell(server.reason ?? '')]),
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
    cell(description),
    reachOf(server),
    foldersOf(server),
    settingsOf(server),
    proof?.date ?? '',
    figure(proof?.initializeMs, (ms) => `${String(ms)} ms`),
    figure(proof?.memoryBytes, (bytes) => `${String(Math.round(bytes / 1e6))} MB`),
    String(proof?.refused ?? ''),
  ];
}

function linkOf({ name, title, repository, version }: ListedServer): string {
  return `[\`${name}\`](${repository} "${cell(title).replaceAll('"', "'")}")${version === null ? '' : ` ${cell(version)}`}`;
}

function reachOf({ permissions: { network } }: ListedServer): string {
  if (network.some((host) => host === '*' || host.startsWith('*:'))) return '**the whole internet**';
  return network.map(code).join('<br>') || 'nothing';
}

function foldersOf({ permissions: { mounts, state } }: ListedServer): string {
  return [
    ...mounts.map(({ name, mode, required }) => `${code(name)} (${mode}${required ? ', required' : ''})`),
    ...state.map(({ name }) => `keeps ${code(name)}`),
  ].join('<br>');
}

function settingsOf({ env }: ListedServer): string {
  return Object.entries(env)
    .map(([name, { required, secret }]) => {
      const traits = [...(required ? ['required'] : []), ...(secret ? ['secret'] : [])].join(', ');
      return `${code(name)}${traits === '' ? '' : ` (${traits})`}`;
    })
    .join('<br>');
}

function figure(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? '' : text(value);
}

function code(text: string): string {
  return `\`${cell(text).replaceAll('`', '')}\``;
}

/** One line, and nothing that a table or HTML would take for its own. */
function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|')
    .trim();
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
