import { ownValue } from '../lib/own-value.ts';
import type { Entry, EnvSetting } from '../catalog/entry.ts';
import { plainText } from '../evidence/plain-text.ts';
import type { KnownSetting } from '../evidence/gather.ts';
import { because, changed, withHost, withMount, type Draft } from './draft.ts';
import {
  exampleValue,
  isHarmless,
  isPathText,
  isSecretName,
  shapeOf,
  type Shape,
} from '../evidence/example-value.ts';
import { titleOf } from './name.ts';

/** A setting that an entry shall have. */
export interface WantedSetting {
  readonly name: string;
  readonly required: boolean;
  readonly why: string;
  readonly known: KnownSetting | undefined;
  /** What a message says of its shape. */
  readonly shape?: Shape | undefined;
}

/** Declares a setting with a harmless example, and what comes with it: a folder for a path, a host for an address. */
export function withSetting(draft: Draft, wanted: WantedSetting): Draft {
  const { name, known, required, why } = wanted;
  const isFile = isPathText(known?.value ?? '');
  const secret = !isFile && (known?.secret ?? isSecretName(name));
  const shape = wanted.shape ?? shapeOf(name, known?.value ?? '');
  if (shape === 'path' && required && !secret) return withPath(draft, wanted);
  const old = ownValue(draft.entry.env, name);
  const setting: EnvSetting = {
    description: descriptionOf(name, known),
    required: required || old?.required === true,
    secret,
    ...exampleOf(wanted, { secret, shape }),
  };
  const env = { ...draft.entry.env, [name]: setting };
  const next = changed(
    draft,
    { env },
    { field: 'env', value: `${name}${setting.required ? ' (required)' : ''}`, why },
  );
  return withAddress(next, { name, shape, known });
}

function exampleOf(
  { name, known, required, shape: told }: WantedSetting,
  { secret, shape }: { secret: boolean; shape: Shape },
): Pick<EnvSetting, 'example'> {
  if (!required && !secret && known?.fallback !== undefined && isHarmless(known.fallback))
    return { example: known.fallback };
  // Of what nobody needs, only an example that somebody else has given.
  if (!required && !secret && (known?.value === undefined || shape === 'path')) return {};
  const value = known?.value;
  // Words that may be repeated are better than ours, but not where somebody has complained about them.
  const given =
    told === undefined &&
    !secret &&
    shape !== 'url' &&
    shape !== 'host' &&
    value !== undefined &&
    (shape !== 'email' || value.includes('@')) &&
    isHarmless(value);
  return { example: given ? value : exampleValue(name, { shape, placeholder: value }) };
}

export function descriptionOf(name: string, known: KnownSetting | undefined): string {
  const said = plainText(known?.description ?? '');
  // The second half of something in brackets.
  const text = (/^[^(]*\)/.test(said) ? said.replace(/\).*$/, '') : said)
    .replace(/\s*\((?:required|optional|mandatory)[^)]{0,40}\)/i, '')
    .replace(/[\s:.,;|–—-]+$/, '')
    .slice(0, 160);
  if (text.length < 6 || !text.includes(' ') || /^(https?:|defaults?\b)/i.test(text))
    return titleOf(name.toLowerCase().replaceAll('_', '-'));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Addresses that a server connects to, as against those that it listens on or is called back at. */
const inbound =
  /REDIRECT|CALLBACK|WEBHOOK|PUBLIC|CORS|ORIGIN|BIND|LISTEN|ISSUER|AUDIENCE|FRONTEND|PROXY|^MCP_(HOST|SERVER|URL|HTTP|BIND)|^SERVER_HOST$|_(BIND|LISTEN)_|^HOST$|ALLOWED|LOGO|ICON|REFERER|STATS|TELEMETRY|ANALYTICS|POSTHOG|SENTRY|SOCKS/;
const databasePorts: readonly (readonly [RegExp, number])[] = [
  [/MYSQL|MARIADB/, 3306],
  [/PG|POSTGRES/, 5432],
  [/MSSQL|SQLSERVER|SQL_SERVER/, 1433],
  [/REDIS/, 6379],
  [/MONGO/, 27_017],
  [/IMAP/, 993],
  [/SMTP/, 465],
  [/SSH/, 22],
];

function withAddress(
  draft: Draft,
  { name, shape, known }: { name: string; shape: Shape; known: KnownSetting | undefined },
): Draft {
  if (!['url', 'host', 'database-url'].includes(shape) || inbound.test(name)) return draft;
  // Its own address, as others see it.
  if (
    /\b(where|at which) (the|this) (mcp )?server (is|can be) (accessible|reached|available)|\bpublic(ly)?\b|\bcallback\b|\bredirect\b/i.test(
      known?.description ?? '',
    )
  )
    return draft;
  // A file is as good to it as a host: what the user's is, only the user can allow.
  if (/^(file|sqlite)[+\w]*:/.test(known?.value ?? known?.fallback ?? '')) return draft;
  const port = databasePorts.find(([pattern]) => pattern.test(name))?.[1];
  if (shape !== 'host')
    return isOwnAddress(known)
      ? because(withHost(draft, `{${name}}`, `the address in ${name}`), {
          field: 'permissions.network',
          value: `{${name}}`,
          why: 'it is usually on the own machine: a user has to allow that at the start',
        })
      : withHost(draft, `{${name}}`, `the address in ${name}`);
  const other = name.replace(/HOST(NAME)?$/, 'PORT');
  const written = other !== name && Object.hasOwn(draft.entry.env, other) ? `{${other}}` : port;
  const rule = written === undefined ? `{${name}}` : `{${name}}:${String(written)}`;
  return withHost(draft, rule, `the host in ${name}`);
}

function isOwnAddress(known: KnownSetting | undefined): boolean {
  return /localhost|127\.0\.0\.1|0\.0\.0\.0/.test(`${known?.value ?? ''} ${known?.fallback ?? ''}`);
}

/** The user hands over a folder; where it is in the container is fixed, so the setting is too. */
function withPath(draft: Draft, { name, known, why }: WantedSetting): Draft {
  const { mount, path } = folderFor(known?.value ?? '', {
    hint: name,
    description: descriptionOf(name, known),
  });
  const old = draft.entry.permissions.mounts.find(({ target }) => target === mount.target);
  const mounted = old === undefined ? withMount(draft, mount, `${name} is a path: ${why}`) : draft;
  const setting: EnvSetting = {
    description: `${descriptionOf(name, known)}; inside the container`,
    required: false,
    secret: false,
    // A list is what some want.
    default: known?.value?.startsWith('[') === true ? JSON.stringify([path]) : path,
  };
  return changed(
    mounted,
    { env: { ...mounted.entry.env, [name]: setting } },
    { field: 'env', value: `${name} = ${path}`, why },
  );
}

/** A folder of the user's for a path in a document; a file lies in it under its own name. */
export function folderFor(
  text: string,
  { hint, description }: { hint: string; description: string },
): { readonly mount: Entry['permissions']['mounts'][number]; readonly path: string } {
  const plain = text.replaceAll(/[<>{}$]/g, '').replaceAll('\\', '/');
  const isCredentials = /(^|_)CREDENTIALS(_(FILE|PATH))?$/.test(hint) && !/dir|folder/i.test(description);
  const file =
    /([A-Za-z0-9_.-]+\.(json|db|sqlite3?|ya?ml|csv|md|txt|pdf|pem|key|xlsx|duckdb|toml|env|log))$/i.exec(
      plain,
    )?.[1] ?? (isCredentials ? 'credentials.json' : undefined);
  const readOnly = /CREDENTIAL|KEY|CERT|CONFIG|SPEC|\.(pem|key)$/i.test(`${hint} ${file ?? ''}`);
  const target = readOnly ? '/config' : '/data';
  const name = readOnly ? 'config' : 'data';
  return {
    mount: {
      name,
      target,
      mode: readOnly ? 'ro' : 'rw',
      required: true,
      description: file === undefined ? description : `${description}; the folder that holds ${file}`,
    },
    path: file === undefined ? target : `${target}/${file}`,
  };
}
