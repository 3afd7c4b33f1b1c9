import { permissionSentences } from '../catalog/permissions.ts';
import type { Tool } from '../catalog/tools.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';
import { deepLinks } from '../clients/deep-links.ts';
import { isPlainAddress } from '../lib/markdown-text.ts';
import { megabytes } from '../lib/size.ts';
import { oneLine, visible } from '../lib/plain-text.ts';
import { historyPart } from './history-part.ts';
import { scanPart } from './scan-part.ts';
import { scorePart } from './score-part.ts';
import { html, type Markup } from './html.ts';
import type { SiteEvidence } from './evidence.ts';
import { shell } from './shell.ts';

interface Beside {
  readonly tools: readonly Tool[];
  readonly evidence: SiteEvidence | undefined;
}

/** One server: what it may do first, then how to install it, then words of its own, which nobody enforces. */
export function serverPage(server: ListedServer, { tools, evidence }: Beside): string {
  const { name, title } = server;
  return shell({
    title: `${oneLine(title, 80)} – mcpcat`,
    description: `What the MCP server ${name} may do, and how to run it in a container.`,
    root: '../',
    body: html`<nav><a href="../index.html">All servers</a></nav>
      <main id="main">
        <h1>${oneLine(title, 80)} <code class="soft">${name}</code></h1>
        <h2>What it may do</h2>
        <ul>
          ${permissionSentences(server).map((sentence) => html`<li>${sentence.includes('WHOLE INTERNET') ? html`<span class="warn">${sentence}</span>` : sentence}</li> `)}
        </ul>
        ${proof(server)} ${evidence === undefined ? undefined : scanPart(server, evidence.scan)}
        ${evidence === undefined ? undefined : historyPart(evidence.history)}
        ${evidence?.score === undefined ? undefined : scorePart(evidence.score)} ${install(server)}
        ${settings(server)}
        <h2>In words of its own</h2>
        <p>${oneLine(server.description)}</p>
        ${facts(server)} ${toolList(tools)}
      </main>
      <footer>Words of the server and of its tools are its makers'; nobody enforces them.</footer>`,
  });
}

function proof({ proof: found, status, reason, provedOn }: ListedServer): Markup {
  if (found === null)
    return html`<p class="warn">Not verified: ${oneLine(reason ?? 'it was never tested', 200)}</p>`;
  const figures = [
    ...(found.initializeMs === null ? [] : [`answers after ${String(found.initializeMs)} ms`]),
    ...(found.memoryBytes === null ? [] : [`${megabytes(found.memoryBytes)} of memory while idle`]),
  ];
  return html`<p>
    ${status === 'proved' ? html`<span class="good">Verified</span>` : html`<span class="warn">Not verified as it is now (${oneLine(reason ?? 'stale', 200)}). It was</span>`}
    on ${found.date} with ${oneLine(found.engine, 60)}${provedOn === null ? '' : ` on ${provedOn}`}:
    ${found.works} permissions work, ${found.refused} ways around them failed. ${figures.join(', ')}.
  </p>`;
}

function install(server: ListedServer): Markup {
  const { name, permissions, env } = server;
  const mounts = permissions.mounts
    .filter(({ required }) => required)
    .map(
      ({ name: mount, kind }) => ` --mount ${mount}=${kind === 'file' ? '/path/to/file' : '/path/to/folder'}`,
    );
  const secrets = Object.entries(env).filter(([, { required, secret }]) => required && secret);
  const plain = Object.entries(env).filter(([, { required, secret }]) => required && !secret);
  const lines = [
    ...secrets.map(([secret]) => `mcpcat secret set ${name} ${secret}`),
    `mcpcat install ${name}${mounts.join('')}${plain.map(([setting]) => ` --env ${setting}=…`).join('')}`,
  ];
  const { cursor, vscode, lmstudio, goose } = deepLinks(server);
  return html`<h2>Install it</h2>
    <pre data-copy><code>${lines.join('\n')}</code></pre>
    <p>
      It goes into every client of yours that is known, after a look at the change;
      <code>mcpcat undo</code> takes it back. With mcpcat on the PATH: <a href="${cursor}">add to Cursor</a>,
      <a href="${vscode}">add to VS Code</a>, <a href="${lmstudio}">add to LM Studio</a>,
      <a href="${goose}">add to Goose</a>.
    </p>`;
}

function settings({ env }: ListedServer): Markup | undefined {
  const all = Object.entries(env);
  if (all.length === 0) return undefined;
  return html`<h2>Settings</h2>
    <dl>
      ${all.map(
        ([name, { description, required, secret }]) =>
          html`<dt><code>${name}</code>${required ? ' (required)' : ''}${secret ? ' (secret)' : ''}</dt>
            <dd>${oneLine(description, 300)}</dd> `,
      )}
    </dl>`;
}

function facts({ source, version, license, repository, runtime, freshness, image }: ListedServer): Markup {
  const rows: readonly (readonly [string, Markup | string])[] = [
    ['Package', html`<code>${oneLine(source, 200)}</code> ${version ?? 'without a lock'}`],
    ...(freshness.released === null ? [] : [['Released', freshness.released.slice(0, 10)] as const]),
    ['License', oneLine(license, 80)],
    [
      'Source code',
      isPlainAddress(repository)
        ? html`<a href="${repository}" rel="noopener nofollow">${repository}</a>`
        : oneLine(repository, 200),
    ],
    ...(runtime === null ? [] : [['Runs on', runtime] as const]),
    ...(image === null ? [] : [['Image', html`<code>${oneLine(image.digest, 80)}</code>`] as const]),
  ];
  return html`<dl>
    ${rows.map(
      ([key, value]) =>
        html`<dt>${key}</dt>
          <dd>${value}</dd> `,
    )}
  </dl>`;
}

function toolList(tools: readonly Tool[]): Markup | undefined {
  if (tools.length === 0) return undefined;
  return html`<h2>Tools (${tools.length})</h2>
    ${tools.map(
      ({ name, description }) =>
        html`<details>
          <summary><code>${oneLine(name, 100)}</code></summary>
          <p>${visible(description)}</p>
        </details> `,
    )}`;
}
