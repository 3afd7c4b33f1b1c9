import { createHash } from 'node:crypto';

/** The files of a docker context below HOME, as the docker command writes them. */
export function contextFiles(
  name: string,
  { host, tls = [] }: { host?: string; tls?: readonly string[] },
): Record<string, string> {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  return {
    [`.docker/contexts/meta/${id}/meta.json`]: JSON.stringify(meta),
    ...Object.fromEntries(
      tls.map((file) => [`.docker/contexts/tls/${id}/docker/${file}`, `${file} of ${name}`]),
    ),
  };
}

export function current(name: string): Record<string, string> {
  return { '.docker/config.json': JSON.stringify({ auths: {}, currentContext: name }) };
}
