import { permissionSummary } from '../catalog/permissions.ts';
import type { CatalogIndex, ListedServer } from '../catalog-index/catalog-index.ts';
import { oneLine } from '../lib/plain-text.ts';
import { html, type Markup } from './html.ts';
import { shell } from './shell.ts';

/** The first page: every server in a few words, readable as it is; the form appears where scripts run. */
export function listPage({ servers }: CatalogIndex): string {
  const all = Object.values(servers);
  const proved = all.filter(({ status }) => status === 'proved').length;
  return shell({
    title: 'mcpcat: the catalog',
    description: `${String(all.length)} MCP servers and what each may do.`,
    root: '',
    body: html`<header>
        <h1>MCP servers, and what each may do</h1>
        <p>
          Each runs in a container that may do what is written here and nothing else, and that ends with its
          client. ${proved} of ${all.length} are verified as they are now.
        </p>
      </header>
      ${filters(all)}
      <main id="main">
        <p><output aria-live="polite">${all.length} servers</output></p>
        <ul class="servers">
          ${all.map(item)}
        </ul>
      </main>
      <footer>Made by <code>mcpcat index --site</code> from <code>catalog.json</code>.</footer>`,
  });
}

function filters(all: readonly ListedServer[]): Markup {
  const options = (values: readonly string[]): Markup[] =>
    [...new Set(values)].toSorted().map((value) => html`<option>${oneLine(value, 60)}</option>`);
  return html`<form hidden role="search">
    <label
      >Search <input type="search" name="q" autocomplete="off" placeholder="name, purpose, tool, host"
    /></label>
    <label
      >Runs on
      <select name="runtime">
        <option value="">anything</option>
        ${options(all.flatMap(({ runtime }) => runtime ?? []))}
      </select></label
    >
    <label
      >About
      <select name="category">
        <option value="">anything</option>
        ${options(all.flatMap(({ categories }) => categories))}
      </select></label
    >
    <label
      >License
      <select name="license">
        <option value="">any</option>
        ${options(all.map(({ license }) => license))}
      </select></label
    >
    <label class="check"><input type="checkbox" name="network" /> no network</label>
    <label class="check"><input type="checkbox" name="files" /> writes no files of yours</label>
    <label class="check"><input type="checkbox" name="secrets" /> needs no secret</label>
  </form>`;
}

function item(server: ListedServer): Markup {
  const { name, title, description, permissions, env, runtime, categories, license, status } = server;
  const files = permissions.mounts.some(({ mode }) => mode === 'rw')
    ? 'rw'
    : permissions.mounts.length > 0
      ? 'ro'
      : 'none';
  const secrets = Object.values(env).some(({ secret, required }) => secret && required) ? 'needed' : 'none';
  return html`<li
    data-name="${name}"
    data-network="${permissions.network.length === 0 ? 'none' : 'some'}"
    data-files="${files}"
    data-secrets="${secrets}"
    data-runtime="${runtime ?? ''}"
    data-categories="${categories.join(' ')}"
    data-license="${oneLine(license, 60)}"
  >
    <p>
      <strong><a href="server/${name}.html">${oneLine(title, 80)}</a></strong>
      <code class="soft">${name}</code>
      ${status === 'proved' ? html`<span class="good">verified</span>` : html`<span class="soft">not verified as it is now</span>`}
    </p>
    <p>${oneLine(description, 240)}</p>
    <p class="soft">May reach: ${permissionSummary(server)}</p>
  </li> `;
}
