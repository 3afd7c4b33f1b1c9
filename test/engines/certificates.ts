import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const days = ['-days', '2'];

/**
 * In `folder`: an authority (`ca.pem`), the certificate of an engine on 127.0.0.1 (`server-cert.pem`, `server-key.pem`)
 * and, in `client`, what a docker context keeps of it (`ca.pem`, `cert.pem`, `key.pem`).
 */
export function makeCertificates(folder: string): void {
  mkdirSync(path.join(folder, 'client'), { recursive: true });
  const openssl = (...args: readonly string[]): unknown =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  openssl('req', '-x509', ...key, ...days, '-subj', '/CN=ca', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', ...days];
  for (const [name, use] of [
    ['server-', 'serverAuth'],
    ['client/', 'clientAuth'],
  ] as const) {
    openssl('req', ...key, '-subj', `/CN=${use}`, '-keyout', `${name}key.pem`, '-out', `${use}.csr`);
    writeFileSync(path.join(folder, 'ext'), `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${use}\n`);
    openssl('x509', '-req', '-in', `${use}.csr`, ...authority, '-extfile', 'ext', '-out', `${name}cert.pem`);
  }
  execFileSync('cp', ['ca.pem', 'client/ca.pem'], { cwd: folder });
}
