import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
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
  const files = { ...texts, [authorityFiles.java]: javaTrustStore(all) };
  for (const [base, content] of Object.entries(files)) {
    await writeWhole(path.join(folder, base), content);
    await chmod(path.join(folder, base), 0o644);
  }
  // The server has another uid, and what it is handed is this folder alone.
  await chmod(folder, 0o755);
  return folder;
}

function trusted(): readonly string[] {
  if (typeof tls.getCACertificates !== 'function') return tls.rootCertificates;
  return [...tls.getCACertificates('system'), ...tls.rootCertificates];
}

function lines(certificates: readonly string[]): string {
  return certificates.map((text) => `${text.trim()}\n`).join('');
}
