import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from './ran.ts';

/** Of client certificates: `clients.crt` and `clients.key` in that folder. */
export async function certificateAuthority(folder: string): Promise<void> {
  const place = (name: string): string => path.join(folder, name);
  await mustRun([
    ...['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=clients'],
    ...['-keyout', place('clients.key'), '-out', place('clients.crt')],
  ]);
}

export interface ClientCertificate {
  readonly 'client-certificate-data': string;
  readonly 'client-key-data': string;
}

/** In the form of a kubeconfig's user. Kubernetes takes the common name for the user and the organisation for a group. */
export async function clientCertificate(
  folder: string,
  { name, group }: { readonly name: string; readonly group: string },
): Promise<ClientCertificate> {
  const place = (file: string): string => path.join(folder, file);
  const [key, request, certificate] = [place(`${name}.key`), place(`${name}.csr`), place(`${name}.crt`)];
  const subject = `/O=${group}/CN=${name}`;
  await mustRun([
    'openssl',
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    subject,
    '-keyout',
    key,
    '-out',
    request,
  ]);
  await mustRun([
    ...['openssl', 'x509', '-req', '-days', '2', '-in', request, '-out', certificate, '-CAcreateserial'],
    ...['-CA', place('clients.crt'), '-CAkey', place('clients.key')],
  ]);
  return {
    'client-certificate-data': (await readFile(certificate)).toString('base64'),
    'client-key-data': (await readFile(key)).toString('base64'),
  };
}
