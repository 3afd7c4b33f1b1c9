import type { Entry } from '../catalog/entry.ts';
import { didYouMean } from '../lib/nearest.ts';
import { ownValue } from '../lib/own-value.ts';
import { matchesPattern } from '../policy/tool-pattern.ts';
import type { ProfileServer, SectionProblem } from './profile.ts';

/** What a section is compared with. */
export interface SectionFacts {
  readonly entry: Entry;
  /** Names of the secrets that are stored for it. */
  readonly stored: readonly string[];
  /** Names of its tools; undefined if they were never listed. */
  readonly tools: readonly string[] | undefined;
}

/** `error`: the server is not served like that. `warning`: it is, and probably not as it was meant. */
export interface SectionFinding extends SectionProblem {
  readonly severity: 'error' | 'warning';
}

interface Fault {
  readonly keys: readonly PropertyKey[];
  readonly severity: SectionFinding['severity'];
  readonly message: string;
  readonly hint?: string;
}

/** What of a section does not fit its server, each at its place. */
export function checkSection(server: ProfileServer, facts: SectionFacts): SectionFinding[] {
  const faults = [
    ...settingFaults(server, facts),
    ...secretFaults(server, facts),
    ...mountFaults(server, facts),
    ...patternFaults(server, facts),
  ];
  return faults.map(({ keys, severity, message, hint }) => ({
    ...server.place(...keys),
    server: server.name,
    severity,
    message: `servers.${server.name}.${message}`,
    ...(hint === undefined || hint === '' ? {} : { hint }),
  }));
}

function settingFaults({ settings, name: server }: ProfileServer, { entry }: SectionFacts): Fault[] {
  return Object.keys(settings).flatMap((name): Fault[] => {
    const keys = ['settings', name];
    const declared = ownValue(entry.env, name);
    if (declared === undefined)
      return [error(keys, `settings.${name}: expected ${oneOf(entry.env)}`, near(name, entry.env))];
    if (!declared.secret) return [];
    const hint = `take it out of the file and keep it with: mcpcat secret set ${server} ${name}`;
    return [error(keys, `settings.${name}: expected no secret, and to ${server} it is one`, hint)];
  });
}

function secretFaults({ secrets, name: server }: ProfileServer, { entry, stored }: SectionFacts): Fault[] {
  if (secrets === 'all') return [];
  const known = Object.fromEntries(Object.entries(entry.env).filter(([, { secret }]) => secret));
  return secrets.flatMap((name, index): Fault[] => {
    const keys = ['secrets', index];
    if (!Object.hasOwn(known, name))
      return [error(keys, `secrets: expected ${oneOf(known)}, found ${name}`, near(name, known))];
    if (stored.includes(name)) return [];
    return [error(keys, `secrets: ${name} is not stored`, `mcpcat secret set ${server} ${name}`)];
  });
}

function mountFaults({ mounts }: ProfileServer, { entry }: SectionFacts): Fault[] {
  const declared = Object.fromEntries(entry.permissions.mounts.map((mount) => [mount.name, mount]));
  return [...new Set(mounts.map(({ name }) => name))].flatMap((name): Fault[] => {
    const mount = ownValue(declared, name);
    const keys = ['mounts', name];
    if (mount === undefined)
      return [error(keys, `mounts.${name}: expected ${oneOf(declared)}`, near(name, declared))];
    const handed = mounts.filter((one) => one.name === name);
    const writes = handed.some(({ mode }) => mode === 'rw' || mode === 'rw-all');
    return [
      ...(handed.length > 1 && mount.many !== true
        ? [error(keys, `mounts.${name}: expected one path, found ${String(handed.length)}`)]
        : []),
      ...(writes && mount.mode === 'ro'
        ? [error(keys, `mounts.${name}: expected it read-only, as the entry declares it`)]
        : []),
    ];
  });
}

/** A pattern that stands for no tool may be a typing error: a denied tool would be allowed, an allowed one missing. */
function patternFaults({ policy: { tools: rules } }: ProfileServer, { tools }: SectionFacts): Fault[] {
  if (tools === undefined) return [];
  const unmatched = (key: 'allow' | 'deny'): Fault[] =>
    (rules[key] ?? [])
      .filter((pattern) => !tools.some((tool) => matchesPattern(pattern, tool)))
      .map((pattern) => ({
        keys: ['tools', key],
        severity: 'warning',
        message: `tools.${key}: no tool of the server is called ${pattern}`,
        hint: didYouMean(pattern, tools),
      }));
  return [...unmatched('allow'), ...unmatched('deny')];
}

function error(keys: readonly PropertyKey[], message: string, hint?: string): Fault {
  return { keys, severity: 'error', message, ...(hint === undefined ? {} : { hint }) };
}

function oneOf(known: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(known);
  return names.length === 0 ? 'nothing, the server declares none' : `one of ${names.join(', ')}`;
}

function near(name: string, known: Readonly<Record<string, unknown>>): string {
  return didYouMean(name, Object.keys(known));
}
