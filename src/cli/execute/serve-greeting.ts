import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { consentFile } from '../../consent/store.ts';
import { fileState } from '../../lib/file-state.ts';
import { keepNewest } from '../../lib/keep-newest.ts';
import type { JsonObject } from '../../lib/json-value.ts';
import { keepNow } from '../../lib/write-now.ts';
import type { Profile } from '../../profile/profile.ts';
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
import type { Terminal } from '../command.ts';
import { subjectOf } from '../../consent/agree.ts';
import { startOf } from './run-consent.ts';
import type { Choice } from './serve-choice.ts';

interface GreetedBy {
  readonly choice: Choice;
  readonly served: readonly Pick<ServedServer, 'isReviewed'>[];
  /** Files of the catalog that were asked for. */
  readonly asked: ReadonlySet<string>;
  readonly terminal: Terminal;
  readonly say: (line: string) => void;
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
      setImmediate(() => keep(file, { version, key, ...inputsOf(by), results }));
    },
    onOther() {
      rmSync(file, { force: true });
      by.say('the client was greeted with what is not true any more: begin the session anew');
    },
  };
}

/** What depends on who signs, or on the values of settings, is found out at each start. */
function isKeepable({ choice, served }: GreetedBy): boolean {
  return (
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

function inputsOf(by: GreetedBy): Pick<KeptGreeting, 'settings' | 'files'> {
  const { choice, terminal } = by;
  const names = choice.servers.flatMap(({ server }) => Object.keys(server.declared.env));
  return {
    settings: Object.fromEntries(names.map((name) => [name, givenAs(terminal.env[name])])),
    files: Object.fromEntries(filesOf(by).map((file) => [file, fileState(file) ?? ''])),
  };
}

function filesOf({ choice: { servers, profile }, asked, terminal }: GreetedBy): readonly string[] {
  return [
    ...asked,
    ...servers.map(({ server }) => consentFile(subjectOf(startOf(server)), terminal)),
    ...settingsFiles(terminal),
    ...profileFiles(profile),
    secretFile(terminal),
  ];
}

function profileFiles(profile: Profile | undefined): readonly string[] {
  return profile === undefined ? [] : [profile.file];
}

/** Of what clients were greeted with; more have only been tried. */
const maxFiles = 16;

/** Not where a file may be another one than it was made of: what was written since this process began, or right before. */
function keep(file: string, greeting: KeptGreeting): void {
  const settledMs = performance.timeOrigin - 2000;
  try {
    const times = Object.keys(greeting.files).map(
      (one) => statSync(one, { throwIfNoEntry: false })?.ctimeMs ?? 0,
    );
    if (times.some((ms) => ms > settledMs)) return;
    keepNow(file, greeting);
    keepNewest(path.dirname(file), greetingFiles, maxFiles);
  } catch {
    // It is answered by its session again.
  }
}
