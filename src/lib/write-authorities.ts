import { createHash } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import path from 'node:path';
import * as tls from 'node:tls';
import { writeWhole } from './folders.ts';
import { authorityFiles } from './authority-files.ts';
import { javaTrustStore } from './java-trust-store.ts';
import { readAuthorities } from './use-network.ts';

/**
 * Writes a user's certificates of authorities, and those together with the ones that the system and Node trust, into a
 * folder below `cache` that anybody may read; its path. The same certificates have the same folder. Throws `usage` if
 * `file` holds none.
 */
export async function writeAuthorities(file: string, cache: string): Promise<string> {
  const further = [...new Set(readAuthorities(file))];
  const all = [...new Set([...trusted(), ...further])];
  const texts = { [authorityFiles.all]: lines(all), [authorityFiles.further]: lines(further) };
  const name = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32);
  const folder = path.join(cache, 'authorities', name);
  for (const [base, text] of Object.entries(texts)) await writeWhole(path.join(folder, base), text);
  // The folder is named after its content, and parsing hundreds of certificates would cost every launch.
  const java = path.join(folder, authorityFiles.java);
  if (await isEmpty(java)) await writeWhole(java, javaTrustStore(all));
  for (const base of Object.values(authorityFiles)) await chmod(path.join(folder, base), 0o644);
  // The server has another uid, and what it is handed is this folder alone.
  await chmod(folder, 0o755);
  return folder;
}

/** Also if it is not there; a machine that lost power may have kept the name alone. */
async function isEmpty(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined || found.size === 0;
}

function trusted(): readonly string[] {
  if (typeof tls.getCACertificates !== 'function') return tls.rootCertificates;
  return [...tls.getCACertificates('system'), ...tls.rootCertificates];
}

function lines(certificates: readonly string[]): string {
  return certificates.map((text) => `${text.trim()}\n`).join('');
}
