import { problemText } from '../../catalog/problem.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { ServerPolicy } from '../../policy/server-policy.ts';
import type { Profile, ProfileServer } from '../../profile/profile.ts';

/** A profile for programs: times in milliseconds, sizes in bytes, what is left out as null. */
export function profileFacts({ name, file, description, servers, problems }: Profile): unknown {
  return {
    name,
    file,
    description: description ?? null,
    servers: [...servers.values()].map(({ name: server, settings, secrets, mounts, args, policy }) => ({
      name: server,
      settings,
      secrets,
      mounts: mounts.map(({ name: mount, hostPath, mode }) => ({
        name: mount,
        path: hostPath,
        mode: mode ?? 'ro',
      })),
      args,
      tools: { allow: policy.tools.allow ?? null, deny: policy.tools.deny },
      readOnly: policy.readOnly,
      timeoutMs: policy.timeoutMs ?? null,
      maxResultBytes: policy.results.maxBytes,
      largerResults: policy.results.larger,
      callsPerMinute: policy.callsPerMinute ?? null,
      idleMs: policy.idleMs,
    })),
    problems: problems.map(problemText),
  };
}

/** The same for people, and what of it nobody enforces. */
export function profilePage({ name, file, description, servers, problems }: Profile): string {
  const sections = [...servers.values()].map(sectionText);
  return [
    `${name}: ${file}`,
    ...(description === undefined ? [] : [oneLine(description)]),
    ...sections.map((lines) => `\n${lines.join('\n')}`),
    ...(problems.length === 0
      ? []
      : [
          '\nNot served like that (mcpcat profile check):',
          ...problems.map((one) => `  ${problemText(one)}`),
        ]),
    '',
  ].join('\n');
}

function sectionText({ name, settings, secrets, mounts, args, policy }: ProfileServer): string[] {
  const given = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const folders = mounts.map(({ name: mount, hostPath, mode }) => `${mount}=${hostPath}:${mode ?? 'ro'}`);
  return [
    name,
    line('tools', toolsText(policy)),
    ...(policy.readOnly
      ? [
          '  Only tools that say of themselves that they only read: a hint of the server, which nobody enforces.',
        ]
      : []),
    ...(given.length === 0 ? [] : [line('settings', given.join(' '))]),
    line('secrets', secrets === 'all' ? 'all that are stored for it' : secrets.join(' ') || 'none'),
    ...(folders.length === 0 ? [] : [line('mounts', folders.join(' '))]),
    ...(args.length === 0 ? [] : [line('arguments', args.join(' '))]),
    line('limits', limitsText(policy)),
  ];
}

function line(what: string, text: string): string {
  return `  ${what}: ${oneLine(text)}`;
}

function toolsText({ tools: { allow, deny } }: ServerPolicy): string {
  const allowed = allow === undefined ? 'all' : allow.join(' ') || 'none';
  return deny.length === 0 ? allowed : `${allowed}, but not ${deny.join(' ')}`;
}

function limitsText({ timeoutMs, results, callsPerMinute, idleMs }: ServerPolicy): string {
  const { maxBytes, larger } = results;
  return [
    timeoutMs === undefined ? 'no timeout' : `timeout ${String(timeoutMs / 1000)} s`,
    `results up to ${String(maxBytes)} bytes (${larger})`,
    callsPerMinute === undefined ? 'any number of calls' : `${String(callsPerMinute)} calls a minute`,
    `asleep after ${String(idleMs / 1000)} s`,
  ].join(', ');
}
