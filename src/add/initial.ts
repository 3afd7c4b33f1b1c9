import { ownValue } from '../lib/own-value.ts';
import { Entry } from '../catalog/entry.ts';
import { withArguments } from './arguments.ts';
import { choose } from './bins.ts';
import { categoriesOf } from './categories.ts';
import type { Evidence, KnownSetting } from '../evidence/gather.ts';
import type { StartEvidence } from '../evidence/evidence.ts';
import { describe } from './describe.ts';
import { because, changed, type Draft } from './draft.ts';
import { isPlaceholder, shapeOf } from '../evidence/example-value.ts';
import { withStartedPrograms } from './detectors/started-programs.ts';
import { titleOf } from './name.ts';
import type { Package } from '../package/package.ts';
import { descriptionOf, withSetting } from './settings.ts';

export interface Given {
  readonly name: string;
  /** As the entry shall have it. */
  readonly source: string;
  readonly command: string | undefined;
  /** Undefined: what documents say. */
  readonly args: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
}

const maxOptionalSettings = 20;

/** The entry before anything was started: what registry, documents and the user say. Undefined without any program. */
export function initialDraft(own: Package, evidence: Evidence, given: Given): Draft | undefined {
  const start = given.args === undefined ? evidence.starts.find(isOwn) : undefined;
  const bin =
    given.command ??
    choose(
      own.bins,
      own.name,
      start?.command ?? evidence.starts.find(({ command }) => command !== undefined)?.command,
    );
  if (bin === undefined) return undefined;
  const described = describe(own.description, { readme: own.readme, name: given.name });
  const entry = Entry.parse({
    name: given.name,
    title: titleOf(given.name, `${own.description}\n${own.readme}`),
    description: described,
    categories: categoriesOf([
      `${own.name.replaceAll(/[/_-]/g, ' ')} ${own.description || described}`,
      ...own.keywords,
    ]),
    repository: own.repository ?? linkedRepository(own) ?? fallbackPage(own),
    license: own.license ?? 'NOASSERTION',
    source: given.source,
    command: [bin],
  });
  const args = given.args ?? start?.args ?? [];
  const why = given.args === undefined ? 'the first start in its documents' : 'given';
  const named = withArguments({ entry, justifications: [] }, args, { why, evidence });
  const other =
    own.bins.length > 1
      ? because(named, { field: 'command', value: bin, why: `of ${own.bins.join(', ')}` })
      : named;
  const started = withStartedPrograms(withUnclear(other, own), own);
  return withOptional(withGiven(withRequired(started, evidence), { given, evidence }), evidence);
}

/** One that stands in no document of another way to start it. */
function isOwn({ args }: StartEvidence): boolean {
  return args.length < 12;
}

/** The code host's page that its own documents link to most, if its name is the package's. */
function linkedRepository({ name, readme, files }: Package): string | undefined {
  const described = files.filter(({ path }) => /^(server|manifest|package)\.json$/.test(path));
  const text = [readme, ...described.map((file) => file.text)].join('\n');
  const links = [...text.matchAll(/https:\/\/(?:github|gitlab)\.com\/[\w-][\w.-]*\/[\w-][\w.-]*[\w-]/g)].map(
    ([link]) => link.replace(/\.git$/, ''),
  );
  const wordsIn = (one: string): string[] =>
    one
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word.length > 2);
  const own = new Set(wordsIn(name));
  const meant = links.filter((link) => {
    const [repository = ''] = link.split('/').slice(-1);
    const words = wordsIn(repository).filter((word) => !/^(mcp|server)$/.test(word));
    return words.length > 0 && words.every((word) => own.has(word));
  });
  const counts = [...Map.groupBy(meant, (link) => link)].sort(([, a], [, b]) => b.length - a.length);
  return counts[0]?.[0];
}

function fallbackPage({ kind, name }: Package): string {
  const pages = {
    npm: 'https://www.npmjs.com/package/',
    pypi: 'https://pypi.org/project/',
    go: 'https://pkg.go.dev/',
  };
  return `${pages[kind]}${name}`;
}

function withUnclear(draft: Draft, own: Package): Draft {
  const { license, repository } = draft.entry;
  const unknown =
    own.license === undefined
      ? because(draft, {
          field: 'license',
          value: license,
          why: 'neither the registry nor a licence file says which: look, or do not add it',
        })
      : draft;
  const placed =
    own.repository === undefined
      ? because(unknown, {
          field: 'repository',
          value: repository,
          why:
            repository === fallbackPage(own)
              ? 'the package names none'
              : 'only its documents link to it: look whether it is the one',
        })
      : unknown;
  return own.deprecated === undefined
    ? placed
    : because(placed, { field: 'source', value: draft.entry.source, why: `DEPRECATED: ${own.deprecated}` });
}

/** What documents call required, and what stands with a placeholder in every configuration they show. */
function withRequired(draft: Draft, { settings }: Evidence): Draft {
  const choice = settingsOfChoice([...settings.values()]);
  return [...settings.values()].reduce((old, known) => {
    if (choice.has(known.name)) return withExample(old, known);
    const why = requiredBecause(known);
    return why === undefined ? old : withSetting(old, { name: known.name, required: true, known, why });
  }, draft);
}

/** Secrets of so many services in one configuration: its author has them all, a user has one. */
const maxServices = 4;

/** Settings that stand only in a configuration which lists everything that a server for many services may have. */
function settingsOfChoice(settings: readonly KnownSetting[]): ReadonlySet<string> {
  // A key that may stay empty counts as well: without it the tools behind it would not show.
  const shown = settings.filter(
    (known) =>
      known.always &&
      known.required !== true &&
      (requiredBecause(known) !== undefined ||
        (known.fallback === undefined && (known.secret || /\bdisables?\b/i.test(known.description ?? '')))),
  );
  const services = new Set(shown.filter(({ secret }) => secret).map(({ name }) => name.split('_')[0]));
  return new Set(services.size < maxServices ? [] : shown.map(({ name }) => name));
}

/** Nobody has to give it; the smoke test does, so that the tools behind it show. */
function withExample(draft: Draft, known: KnownSetting): Draft {
  const { name } = known;
  const why = 'of one of many services in its configuration: a user gives those that they have';
  const { example } = withSetting(draft, { name, required: true, known, why }).entry.env[name] ?? {};
  const next = withSetting(draft, { name, required: false, known, why });
  if (example === undefined || !(name in next.entry.env)) return next;
  const { smoke } = next.entry;
  return changed(next, { smoke: { ...smoke, env: { ...smoke.env, [name]: example } } });
}

export function requiredBecause({
  name,
  required,
  always,
  secret,
  value,
  fallback,
  witnesses,
}: KnownSetting): string | undefined {
  if (required === false) return undefined;
  if (required === true && fallback === undefined)
    return `${witnesses[0] ?? 'a document'} says that it is required`;
  // Headers and the like in JSON are extras, however often they are shown.
  if (!secret && /^\{\s*(["']|\})/.test(value ?? '')) return undefined;
  const placeholder = secret || isPlaceholder(value ?? '') || /^\w+:\/\/|@/.test(value ?? '');
  const host =
    shapeOf(name, value) === 'host' && !isOurs(name) && !/^(localhost|127\.|0\.)/.test(value ?? '');
  return always && (placeholder || host) && fallback === undefined
    ? 'it is in every configuration of its README'
    : undefined;
}

function withGiven(draft: Draft, { given, evidence }: { given: Given; evidence: Evidence }): Draft {
  return Object.entries(given.env).reduce((old, [name, value]) => {
    const next = withSetting(old, { name, required: true, known: evidence.settings.get(name), why: 'given' });
    const setting = ownValue(next.entry.env, name);
    if (setting === undefined || setting.default !== undefined) return next;
    return changed(next, { env: { ...next.entry.env, [name]: { ...setting, example: value } } });
  }, draft);
}

/** Settings that documents explain and nothing needs: described, so that users may set them. */
function withOptional(draft: Draft, { settings, starts }: Evidence): Draft {
  const documented = [...settings.values()].filter(({ name, witnesses }) => {
    const told = witnesses.filter((witness) => witness !== 'source');
    const used =
      witnesses.includes('source') ||
      told.length > 1 ||
      told.some((witness) => witness !== 'readme') ||
      starts.some(({ env }) => Object.hasOwn(env, name));
    return !Object.hasOwn(draft.entry.env, name) && told.length > 0 && used && !isOurs(name);
  });
  return documented.slice(0, maxOptionalSettings).reduce((old, known) => {
    if (optOut.test(known.name)) return withOptOut(old, known);
    return withSetting(old, {
      name: known.name,
      required: false,
      known,
      why: 'documented, not needed to start',
    });
  }, draft);
}

/** How it is spoken to is ours to say. */
function isOurs(name: string): boolean {
  return /(^|_)(TRANSPORT(_\w+)?|MODE|HTTP|HTTP_\w+|SSE_\w+|MCP_PORT|MCP_HOST|SERVER_PORT|SERVER_HOST|ALLOWED_(ORIGINS|HOSTS)|CORS_\w+)$|_(NODE|NPX|NPM|PYTHON|UV|UVX)_PATH$|^MCP_AUTH_|^OAUTH_(ISSUER|AUDIENCE|JWKS)\w*$|^MCP_(SERVER_(NAME|VERSION)|PORT|HOST|MODE|TRANSPORT)|_(HTTP_)?(PORT|HOST)$(?<=(MCP|SERVER|BUDDY|LISTEN|BIND)_\w+)/.test(
    name,
  );
}

const optOut =
  /^DO_NOT_TRACK$|(DISABLE|NO|OPT_?OUT)\w*(TELEMETRY|ANALYTICS|TRACKING)|(TELEMETRY|ANALYTICS|TRACKING)\w*(DISABLED?|OPT_?OUT)/;

function withOptOut(draft: Draft, known: KnownSetting): Draft {
  const value = known.name === 'DO_NOT_TRACK' ? '1' : 'true';
  const setting = {
    description: descriptionOf(known.name, known),
    required: false,
    secret: false,
    default: value,
  };
  const env = { ...draft.entry.env, [known.name]: setting };
  return changed(
    draft,
    { env },
    { field: 'env', value: `${known.name} = ${value}`, why: 'switches telemetry off' },
  );
}
