import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configFolder } from '../engine/locate/context.ts';
import type { Env, Host } from '../host/host.ts';
import { codeOf, isNothingThere } from '../lib/error-code.ts';
import { McpcatError } from '../lib/errors.ts';
import { readSettings } from '../settings/read.ts';
import { hintOf, type Condition } from './condition.ts';

interface Places {
  readonly env: Env;
  readonly host: Host;
}

/** The user's own files that decide what a start does: nothing is said of those that are not there. */
export function fileConditions(places: Places): Condition[] {
  return [...settingsConditions(places), ...dockerConfigConditions(places)];
}

/** With a settings file that can't be read nothing starts: it might forbid something. */
function settingsConditions(places: Places): Condition[] {
  try {
    return readSettings(places).map(({ file }) => ({
      kind: 'settings',
      status: 'ok',
      message: `settings are read from ${file}`,
    }));
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return [{ kind: 'settings', status: 'failed', message: error.message, ...hintOf(error) }];
  }
}

/** The docker command goes on without a file that it can't read, and so do we: then on another engine, perhaps. */
function dockerConfigConditions(places: Places): Condition[] {
  const file = path.join(configFolder(places), 'config.json');
  const trouble = troubleWith(file);
  if (trouble === undefined) return [];
  return [
    {
      kind: 'docker-config',
      status: 'warning',
      message: `${file} ${trouble}: the docker context that it may name does not count, and nothing is pulled`,
      hint: 'repair it, or point DOCKER_CONFIG to another folder',
    },
  ];
}

function troubleWith(file: string): string | undefined {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return undefined;
  } catch (error) {
    // The parser's own words quote the text, which may hold credentials.
    if (error instanceof SyntaxError) return 'is no JSON';
    return isNothingThere(error) ? undefined : `can't be read (${codeOf(error) ?? ''})`;
  }
}
