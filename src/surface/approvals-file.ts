import { foldersBelowHome } from '../host/folders-below-home.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import type { Places } from '../settings/read.ts';
import { readUserFile } from '../settings/user-file.ts';
import { approvalsText, parseApprovals, type Approval } from './approvals.ts';

/** Beside the profile (`NAME.approved`); without a profile in mcpcat's folder of settings. */
export function approvalsFile(profileFile: string | undefined, { env, host }: Places): string {
  if (profileFile !== undefined) return profileFile.replace(/\.yaml$/, '.approved');
  return host.path.join(foldersBelowHome({ env, host }).config, 'approved');
}

/** None if there is no such file. Throws as `parseApprovals`, and `io-failed`: what can't be read approves nothing. */
export function readApprovals(file: string): readonly Approval[] {
  const text = readUserFile(file, 'list of approvals');
  return text === undefined ? [] : parseApprovals(text, file);
}

export function writeApprovals(file: string, approvals: readonly Approval[]): void {
  writeOwnNow(file, approvalsText(approvals));
}
