import { coversRuleText } from '../lib/host-rule.ts';
import { oneLine } from '../lib/plain-text.ts';
import { megabytes } from '../lib/size.ts';
import type { Grant, GrantedTools } from './grant.ts';

/**
 * What a server may do now and could not when its user agreed, one line each; none if it is the same or less. Settings
 * count where they would be handed over: `given` are those that the environment has.
 */
export function widening(before: Grant, now: Grant, given: ReadonlySet<string>): string[] {
  return [
    ...otherProgram(before, now),
    ...added(now.network, (host) => before.network.some((granted) => coversRuleText(granted, host))).map(
      (host) => `network: ${host}`,
    ),
    ...otherLeads(before, now),
    ...widerMounts(before, now),
    ...added(now.state, (name) => before.state.includes(name)).map(
      (name) => `keeps from run to run: ${name}`,
    ),
    ...added(now.writable, (folder) => before.writable.includes(folder)).map(
      (folder) => `writes in memory at ${folder}`,
    ),
    ...added(now.settings, (name) => before.settings.includes(name) || !given.has(name)).map(
      (name) => `setting ${name}, which your environment has`,
    ),
    ...added(before.secrets, (name) => now.secrets.includes(name) || !now.settings.includes(name)).map(
      (name) => `setting ${name} would no longer be kept secret`,
    ),
    ...widerLimits(before, now),
    ...moreTools(before.tools, now.tools),
  ];
}

function added(list: readonly string[], isGranted: (item: string) => boolean): string[] {
  return list.filter((item) => !isGranted(item));
}

function otherProgram(before: Grant, now: Grant): string[] {
  return [
    ...(before.package === now.package ? [] : [`another package: ${now.package} (it was ${before.package})`]),
    // An image that was built here may be published later; from then on its place is part of what was agreed.
    ...(now.repository === null || before.repository === null || before.repository === now.repository
      ? []
      : [`images from another place: ${now.repository} (it was ${before.repository})`]),
  ];
}

/** A rule `{SETTING}` that stays as it is permits another host with another default. */
function otherLeads(before: Grant, now: Grant): string[] {
  return Object.entries(now.leads ?? {})
    .filter(([name, value]) => before.leads?.[name] !== value)
    .map(([name, value]) => `network: ${oneLine(value, 100)}, unless you set ${name}`);
}

function widerMounts(before: Grant, now: Grant): string[] {
  return now.mounts.flatMap(({ name, mode }) => {
    const granted = before.mounts.find((mount) => mount.name === name);
    if (granted === undefined) return [`folder ${name} (${mode})`];
    return mode === 'rw' && granted.mode === 'ro' ? [`folder ${name}: for writing too`] : [];
  });
}

function moreTools(before: GrantedTools | null, now: GrantedTools | null): string[] {
  if (before === null || now === null) return [];
  const { names } = before;
  if (names !== undefined && now.names !== undefined)
    return added(now.names, (tool) => names.includes(tool)).map((tool) => `tool ${tool}`);
  return now.count > before.count ? [`${String(now.count)} tools (it was ${String(before.count)})`] : [];
}

function widerLimits(before: Grant, now: Grant): string[] {
  const more = (what: string, key: 'memoryBytes' | 'shmBytes' | 'cpus' | 'pids'): string[] => {
    const text = (value: number): string => (key.endsWith('Bytes') ? megabytes(value) : String(value));
    return now[key] > before[key] ? [`${what}: ${text(now[key])} (it was ${text(before[key])})`] : [];
  };
  return [
    ...more('memory', 'memoryBytes'),
    ...more('shared memory', 'shmBytes'),
    ...more('processors', 'cpus'),
    ...more('processes', 'pids'),
  ];
}
