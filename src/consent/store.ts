import { linkSync, readFileSync, statSync } from 'node:fs';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import type { Env, Host } from '../host/host.ts';
import { digest } from '../lib/digest.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import type { Grant } from './grant.ts';
import { readGrant } from './read-grant.ts';

/** A server of a catalog. */
export interface Subject {
  /** `catalogId`: what a consent is given to is a catalog's server, not a name. */
  readonly catalog: string;
  readonly server: string;
}

/** One file of the store. */
export interface Consent extends Subject {
  /** When it was given, ISO 8601. */
  readonly since: string;
  readonly grant: Grant;
}

export interface Places {
  readonly env: Env;
  readonly host: Host;
}

/** Of one server: what a user has agreed to in a terminal holds in every client. */
export function consentFile({ catalog, server }: Subject, places: Places): string {
  const { data } = foldersBelowHome(places);
  return places.host.path.join(data, 'consent', digest(catalog), `${server}.json`);
}

/**
 * Undefined if none was given yet. Throws `consent-unreadable` where it can't be told: what is there and can't be
 * understood may have refused something.
 */
export function readConsent(subject: Subject, places: Places): Consent | undefined {
  const file = consentFile(subject, places);
  const text = readOwn(file, places.host);
  if (text === undefined) return undefined;
  const consent = parse(text);
  if (consent === undefined || consent.catalog !== subject.catalog || consent.server !== subject.server)
    throw unreadable(subject, `${file}: expected what mcpcat has written there, found something else`);
  return consent;
}

function readOwn(file: string, host: Host): string | undefined {
  try {
    // Nearly always there is one; where there is none, an exception would cost more than to ask.
    const facts = statSync(file, { throwIfNoEntry: false });
    if (!facts) return undefined;
    if (host.owns(facts)) return readFileSync(file, 'utf8');
  } catch (error) {
    throw new McpcatError('consent-unreadable', `can't read ${file} (${messageOf(error)})`, { cause: error });
  }
  throw new McpcatError('consent-unreadable', `${file} belongs to another user`, {
    hint: 'remove it, and look who else may write there',
  });
}

function parse(text: string): Consent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const at = (key: string): unknown => Reflect.get(value, key);
    const grant = readGrant(at('grant'));
    const [catalog, server, since] = [at('catalog'), at('server'), at('since')];
    if (typeof catalog !== 'string' || typeof server !== 'string' || typeof since !== 'string')
      return undefined;
    return grant === undefined ? undefined : { catalog, server, since, grant };
  } catch {
    return undefined;
  }
}

function unreadable({ server }: Subject, message: string): McpcatError {
  return new McpcatError('consent-unreadable', message, {
    hint: `read what ${server} may do (mcpcat info ${server}), then: mcpcat accept ${server}`,
  });
}

/**
 * Writes a consent where there is none. False if another launch was faster: then that one holds. Throws
 * `consent-unreadable` if it can't be kept, since then nobody could tell whether the next start is the same.
 */
export function recordFirst(consent: Consent, places: Places): boolean {
  let isFirst = true;
  write(consent, places, (temporary, file) => {
    try {
      linkSync(temporary, file);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      isFirst = false;
    }
  });
  return isFirst;
}

/** Writes a consent in the place of whatever is there. */
export function replaceConsent(consent: Consent, places: Places): void {
  write(consent, places);
}

function write(consent: Consent, places: Places, place?: (temporary: string, file: string) => void): void {
  const file = consentFile(consent, places);
  try {
    writeOwnNow(file, `${JSON.stringify(consent)}\n`, { flush: true, ...(place && { place }) });
  } catch (error) {
    throw new McpcatError(
      'consent-unreadable',
      `can't keep what ${consent.server} was permitted in ${file} (${messageOf(error)})`,
      {
        hint: 'let HOME be a folder that can be written: without this file nobody notices when a catalog permits more',
        cause: error,
      },
    );
  }
}
