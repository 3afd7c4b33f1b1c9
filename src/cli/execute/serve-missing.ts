import { agreedTo } from '../../consent/agree.ts';
import { once } from '../../host/once.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Profile } from '../../profile/profile.ts';
import { readSettings, type Settings } from '../../settings/read.ts';
import type { Terminal } from '../command.ts';

import { startOf } from './run-consent.ts';
import { settingsGiven } from './settings-given.ts';
import type { ChosenServer } from './serve-choice.ts';
import { withHint } from './with-hint.ts';

/** What a server is given now, and what it can't be started without. */
export interface Given {
  readonly settings: Readonly<Record<string, string>>;
  /** One text for each thing that is missing, with what is to be done. */
  readonly missing: readonly string[];
}

/** Asks for consent, settings and secrets as starts would: what refuses one is missing. One for each server. */
export async function givenNow(
  servers: readonly ChosenServer[],
  { profile, terminal }: { readonly profile: Profile | undefined; readonly terminal: Terminal },
): Promise<readonly { readonly server: ChosenServer; readonly given: Given }[]> {
  // Of the whole machine, and read when the first server asks: a broken one is missing for each of them.
  const around = { profile, settings: once(() => readSettings(terminal)) };
  return Promise.all(servers.map(async (server) => ({ server, given: await givenTo(server, around) })));
}

interface Around {
  readonly profile: Profile | undefined;
  readonly settings: () => readonly Settings[];
}

async function givenTo(chosen: ChosenServer, { profile, settings: read }: Around): Promise<Given> {
  const { name, server, invocation } = chosen;
  const { terminal } = invocation;
  try {
    const { grant } = agreedTo(startOf(server), terminal);
    const places = { allowed: grant.settings, settings: read(), invocation };
    const settings = await settingsGiven(server, places);
    return {
      settings,
      missing: [...missingSettings(chosen, settings, profile), ...missingMounts(chosen, profile)],
    };
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return { settings: {}, missing: [`${name}: ${withHint(error)}`] };
  }
}

function missingSettings(
  chosen: ChosenServer,
  given: Given['settings'],
  profile: Profile | undefined,
): readonly string[] {
  const { name, server } = chosen;
  return Object.entries(server.declared.env).flatMap(([setting, { required, secret, description }]) => {
    if (!required || (given[setting] ?? '') !== '') return [];
    const how = secret ? secretHow(chosen, setting, profile) : settingHow(name, setting, profile);
    return [`${name} can't be called until it is given ${setting} (${description.trim()}): ${how}`];
  });
}

function settingHow(name: string, setting: string, profile: Profile | undefined): string {
  return `servers.${name}.settings.${setting} in ${fileOf(profile)}, or the variable ${setting} in the environment of mcpcat serve`;
}

/** A profile may withhold what is stored. */
function secretHow(
  { name, invocation: { storedSecrets } }: ChosenServer,
  setting: string,
  profile: Profile | undefined,
): string {
  const set = `in a terminal: mcpcat secret set ${name} ${setting}`;
  if (storedSecrets === undefined || storedSecrets.includes(setting)) return set;
  return `name it in servers.${name}.secrets of ${fileOf(profile)}, and ${set}`;
}

function missingMounts(
  { name, server: { declared }, invocation }: ChosenServer,
  profile: Profile | undefined,
): readonly string[] {
  const given = invocation.options.list('mount').map((text) => text.split('=', 1)[0]);
  return declared.permissions.mounts
    .filter((mount) => mount.required && !given.includes(mount.name))
    .map(
      (mount) =>
        `${name} can't be called until it is given the folder ${mount.name} (${mount.description.trim()}): servers.${name}.mounts.${mount.name} in ${fileOf(profile)}`,
    );
}

function fileOf(profile: Profile | undefined): string {
  return profile?.file ?? 'a profile (mcpcat profile list)';
}
