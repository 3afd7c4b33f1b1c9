import path from 'node:path';
import { consentFile } from '../../consent/store.ts';
import { FilesSeen } from '../../lib/file-state.ts';
import { keepNewest } from '../../lib/keep-newest.ts';
import type { JsonObject } from '../../lib/json-value.ts';
import { discard, keepNow } from '../../lib/write-now.ts';
import { profileFiles } from '../../profile/profile-folders.ts';
import { secretFile } from '../../secrets/file-store.ts';
import type { Greeted } from '../../serve/first-answer.ts';
import {
  givenAs,
  greetingFile,
  greetingFiles,
  greetingKey,
  type KeptGreeting,
} from '../../serve/kept-greeting.ts';
import { Part } from '../../serve/message.ts';
import { withMembers } from '../../serve/part-members.ts';
import type { ServedServer } from '../../serve/served-server.ts';
import { settingsFiles } from '../../settings/read.ts';
import type { Invocation, Terminal } from '../command.ts';
import { subjectOf } from '../../consent/agree.ts';
import { startOf } from './run-consent.ts';
import type { Choice } from './serve-choice.ts';

interface GreetedBy {
  readonly choice: Choice;
  readonly missing: readonly string[];
  readonly served: readonly Pick<ServedServer, 'isReviewed'>[];
  /** Everything that was read, or looked for. */
  readonly seen: FilesSeen;
  readonly terminal: Terminal;
  readonly say: (line: string) => void;
}

/**
 * What the user's own files are before any of them is read: settings, secrets, and a profile in each folder that may have
 * one, since a second of its name is refused.
 */
export function filesSeen({ options, terminal }: Pick<Invocation, 'options' | 'terminal'>): FilesSeen {
  const seen = new FilesSeen(terminal.early?.kept?.files);
  const profile = options.text('profile');
  const profiles = profile === undefined ? [] : profileFiles(profile, terminal);
  for (const file of [...settingsFiles(terminal), secretFile(terminal), ...profiles]) seen.of(file);
  return seen;
}

/** The same of what was agreed to: which servers it is about is known by now. */
export function seeConsents(seen: FilesSeen, { servers }: Pick<Choice, 'servers'>, terminal: Terminal): void {
  for (const { server } of servers) seen.of(consentFile(subjectOf(startOf(server)), terminal));
}

/** Keeps what the client is answered for the next `serve` that is started like this one; undefined where none is. */
export function greetedBy(by: GreetedBy): Greeted | undefined {
  const { early } = by.terminal;
  if (early === undefined) return undefined;
  const { place, kept, answer } = early;
  const key = greetingKey(place.startedAs);
  const file = greetingFile(place.folder, key);
  return {
    early: answer,
    onAnswer(method, result) {
      if (!isKeepable(by) || isSame(kept?.results[method], result)) return;
      const { version } = place;
      const results = { ...kept?.results, [method]: result.object };
      setImmediate(() => keep(file, { version, key, settings: settingsOf(by), results }, by.seen));
    },
    onOther() {
      // Where it can't be removed, it is held against each session.
      discard(file);
      by.say('the client was greeted with what is not true any more: begin the session anew');
    },
  };
}

/**
 * What depends on who signs, or on the values of settings, is found out at each start. So is what is missing: it may come
 * in ways that no file tells of (a keyring that is opened, a catalog's address that answers).
 */
function isKeepable({ choice, missing, served }: GreetedBy): boolean {
  return (
    missing.length === 0 &&
    served.every(({ isReviewed }) => isReviewed) &&
    choice.servers.every(({ server: { signing, source } }) => signing === undefined && source.kind !== 'url')
  );
}

/** Whatever revision its client wanted. */
function isSame(kept: JsonObject | undefined, result: Part): boolean {
  if (kept === undefined) return false;
  const protocolVersion = '';
  const plain = (part: Part): string => String(withMembers(part, { protocolVersion }).bytes);
  return plain(Part.ofValue(kept)) === plain(result);
}

function settingsOf({ choice, terminal }: GreetedBy): KeptGreeting['settings'] {
  const names = choice.servers.flatMap(({ server }) => Object.keys(server.declared.env));
  return Object.fromEntries(names.map((name) => [name, givenAs(terminal.env[name])]));
}

/** Of what clients were greeted with; more have only been tried. */
const maxFiles = 16;

/** Not where a file may be another one than it was made of: what was written since this process began, or right before. */
function keep(file: string, greeting: Omit<KeptGreeting, 'files'>, seen: FilesSeen): void {
  try {
    const files = seen.unchangedSince(performance.timeOrigin - 2000);
    if (files === undefined) return;
    keepNow(file, { ...greeting, files });
    keepNewest(path.dirname(file), greetingFiles, maxFiles);
  } catch {
    // It is answered by its session again.
  }
}
