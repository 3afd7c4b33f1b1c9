import type { PackageFile } from '../package/package.ts';
import type { HostEvidence } from './evidence.ts';
import { isOwnCode } from './source-settings.ts';

/** What stands in code and is reached by nobody: schemas, documentation, code hosts' pages, examples, this machine. */
const nowhere =
  /(^|\.)(example|test|local|localhost|invalid|internal|lan)(\.(com|org|net|io))?$|^(www\.)?w3\.org$|json-schema\.org$|schema\.org$|^(www\.)?npmjs\.com$|shields\.io$|^(www\.)?github\.com$|^gist\.github\.com$|opensource\.org$|apache\.org$|^tools\.ietf\.org$|rfc-editor\.org$|ietf\.org$|mozilla\.org$|nodejs\.org$|^(www\.)?python\.org$|pydantic\.dev$|readthedocs\.io$|^(www\.)?typescriptlang\.org$|stackoverflow\.com$|buymeacoffee\.com$|ko-fi\.com$|patreon\.com$|opencollective\.com$|^discord\.gg$|unpkg\.com$|jsdelivr\.net$|cdnjs\.cloudflare\.com$|^fonts\.(googleapis|gstatic)\.com$|^d3js\.org$|^cdn\.plot\.ly$|^esm\.sh$|tailwindcss\.com$|\.github\.io$|\.wikipedia\.org$|\.wikimedia\.org$|wikipedia\.org\/wiki|modelcontextprotocol\.io$|^(www\.)?anthropic\.com$|^claude\.ai$|smithery\.ai$|glama\.ai$|zod\.dev$|expressjs\.com$|fb\.me$|reactjs\.org$|openapis\.org$|swagger\.io$|xmlns\.|purl\.org$|xmlsoap\.org$|openxmlformats\.org$|microsoft\.com\/(office|schemas)|schemas\.|yourdomain|your-|my-|mysite|acme|company\.com$|foo\.|bar\.com|domain\.com$|site\.com$|host\.com$|placeholder|^(example|sample|demo|dummy)[.-]|^\d/;
/** Pages for people, in the front of a name. */
const pages =
  /^(docs?|wiki|operations|developers?|dev|help|support|dashboard|console|blog|status|community|forum|learn|about|platform\.openai|guides?|academy|portal|account|accounts|admin|studio)\./;
const telemetry =
  /posthog|sentry\.io|segment\.(io|com)|amplitude|mixpanel|google-analytics|googletagmanager|statsig|rudderstack|bugsnag|honeycomb\.io|applicationinsights|plausible\.io|umami|logrocket|rollbar|launchdarkly/;
const reporting = /^(telemetry|analytics|metrics|usage|stats)\./;
/** Update checks: an image has the version that it has. */
const updates = /^registry\.npmjs\.org$|^registry\.yarnpkg\.com$|^pypi\.org$|^registry\.npmmirror\.com$/;

export interface FoundHosts {
  readonly hosts: readonly HostEvidence[];
  /** Named in the source and left out, with the reason. */
  readonly telemetry: readonly HostEvidence[];
  readonly mentioned: readonly HostEvidence[];
}

export function isTelemetry(host: string, own: string): boolean {
  if (reporting.test(host)) return !/analytics|metrics|telemetry|stats/.test(own);
  return (
    telemetry.test(host) && !own.split(/[^a-z0-9]+/).some((word) => word.length > 3 && host.includes(word))
  );
}

export function isUpdateCheck(host: string, own: string): boolean {
  return updates.test(host) && !/\b(npm|registry|packages?|depend\w*|versions?|pypi|pip)\b/.test(own);
}

/** Documentation, schemas and examples: no server needs them to work. */
export function isNowhere(host: string): boolean {
  return nowhere.test(host) || !/\.[a-z]{2,}$/.test(host);
}

const literal =
  /["'`](?:https?|wss?):\/\/((?:\$\{[^}\n]{1,60}\}|\{[^}\n"']{1,60}\}|%s|[A-Za-z0-9.-])+)(:\d{2,5})?(?=[/"'`?#])([^"'`\n]{0,120})/g;

/** Hosts that string literals of the package's own code begin with. */
export function sourceHosts(files: readonly PackageFile[], own: string): FoundHosts {
  const found = new Map<string, { kind: keyof FoundHosts; files: Set<string> }>();
  for (const { path, text } of files.filter(isOwnCode)) {
    for (const match of text.matchAll(literal)) {
      const rule = ruleOf(match[1] ?? '', match[2] ?? '', match[0]);
      if (rule === undefined || isNowhere(rule.replace(/:\d+$/, ''))) continue;
      const kind =
        isScope(rule, match[3] ?? '') || isInExamples(text, match.index)
          ? 'mentioned'
          : kindOf(rule, { own, rest: match[3] ?? '' });
      const known = found.get(rule) ?? { kind, files: new Set<string>() };
      if (kind === 'hosts') known.kind = kind;
      if (known.files.size < 3) known.files.add(path);
      found.set(rule, known);
    }
  }
  for (const { rule, path } of librariesHosts(files)) {
    const known = found.get(rule) ?? { kind: 'hosts', files: new Set<string>() };
    found.set(rule, { kind: 'hosts', files: known.files.add(path) });
  }
  const list = (kind: keyof FoundHosts): HostEvidence[] =>
    [...found].filter(([, one]) => one.kind === kind).map(([rule, one]) => ({ rule, files: [...one.files] }));
  return { hosts: covered(list('hosts')), telemetry: list('telemetry'), mentioned: list('mentioned') };
}

/** Google's names of permissions look like addresses. */
function isScope(rule: string, rest: string): boolean {
  return (
    (rule === 'www.googleapis.com' && rest.startsWith('/auth/')) ||
    (rule === 'mail.google.com' && /^\/?$/.test(rest))
  );
}

/** Google's client libraries make the host of a service from its name: `google.sheets({…})`, `build('sheets', …)`. */
function* librariesHosts(files: readonly PackageFile[]): Generator<{ rule: string; path: string }> {
  for (const { path, text } of files.filter(isOwnCode)) {
    if (!/googleapis|googleapiclient/.test(text)) continue;
    const uses = [
      ...text.matchAll(/\bgoogle\.([a-z]{3,24})\(\s*["'{]/g),
      ...text.matchAll(/\bbuild\(\s*(?:serviceName\s*=\s*)?["']([a-z]{3,24})["']\s*,/g),
    ];
    for (const [, service = ''] of uses) {
      const isOld = /^(drive|calendar|customsearch|oauth2)$/.test(service);
      yield { rule: isOld ? 'www.googleapis.com' : `${service}.googleapis.com`, path };
      yield { rule: 'oauth2.googleapis.com', path };
    }
  }
}

function kindOf(rule: string, { own, rest }: { own: string; rest: string }): keyof FoundHosts {
  const host = rule.replace(/:\d+$/, '');
  if (isTelemetry(host, own) || isUpdateCheck(host, own)) return 'telemetry';
  // A sentence goes on after the address; a page has a name that ends in .html or an anchor.
  const prose = /^\S*\s+[a-z]|\.(html?|md|png|svg|jpe?g|gif|ico|css)\b|\/DTDs?\/|#\w/.test(rest);
  return pages.test(host) || prose ? 'mentioned' : 'hosts';
}

/** In a list of example arguments that a tool shows: `examples: [{url: "https://…"}]`. */
function isInExamples(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 3000), at);
  const start = Math.max(
    ...[...before.matchAll(/\bexamples?["']?\s*[:=]\s*[[{]/g)].map(({ index }) => index),
    -1,
  );
  if (start === -1) return false;
  const inside = before.slice(start);
  const count = (pattern: RegExp): number => inside.match(pattern)?.length ?? 0;
  return count(/[[{]/g) > count(/[\]}]/g);
}

/** `api.example.com`, `*.example.com` where its front is put in at run time; undefined for no public name. */
function ruleOf(written: string, port: string, whole: string): string | undefined {
  const plain = whole.startsWith('"http:') || whole.startsWith("'http:") || whole.startsWith('`http:');
  const host = written.toLowerCase().replaceAll(/\$\{[^}]*\}|\{[^}]*\}|%s/g, '\0');
  const last = host.lastIndexOf('\0');
  const suffix = last === -1 ? host : host.slice(last + 1).replace(/^[a-z0-9-]*\./, '');
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(suffix) || /(^|\.)-|-(\.|$)/.test(suffix)) return undefined;
  const wanted = port === '' ? (plain ? ':80' : '') : port === ':443' ? '' : port;
  return `${last === -1 ? '' : '*.'}${suffix}${wanted}`;
}

/** Without what a wider one contains. */
function covered(hosts: readonly HostEvidence[]): HostEvidence[] {
  const wide = hosts.filter(({ rule }) => rule.startsWith('*.')).map(({ rule }) => rule.slice(1));
  const all = hosts.map(({ rule }) => rule);
  return hosts.filter(
    ({ rule }) =>
      rule.startsWith('*.') || !(wide.some((suffix) => rule.endsWith(suffix)) || isFrontPage(rule, all)),
  );
}

/** `example.com` and `www.example.com` where `api.example.com` is there too. */
function isFrontPage(rule: string, all: readonly string[]): boolean {
  const base = rule.replace(/^www\./, '');
  if (base.split('.').length > 2 && base === rule) return false;
  return all.some((other) => /^[\w-]*api/.test(other) && other !== rule && other.endsWith(`.${base}`));
}
