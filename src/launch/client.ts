import { readFileSync } from 'node:fs';
import type { Labels } from '../engine/engine.ts';
import { label } from '../lib/labels.ts';
import { ownerText, thisOwner } from '../sandbox/owner.ts';

/** The labels of one launch: who owns it, for which client and session, in which folder. */
export function launchLabels(server: string, env: Readonly<Record<string, string | undefined>>): Labels {
  return {
    [label.owner]: ownerText(thisOwner()),
    [label.role]: 'run',
    [label.server]: server,
    [label.session]: env['CLAUDE_CODE_SESSION_ID'] ?? randomId(),
    [label.client]: parentCommand(),
    [label.project]: process.cwd(),
  };
}

/** Twelve hexadecimal digits; unique enough for a name, and node:crypto costs milliseconds to load. */
function randomId(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
}

/** The first words of the parent's command line; its arguments may hold secrets, so no more than its program. */
function parentCommand(): string {
  try {
    return readFileSync(`/proc/${String(process.ppid)}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
