/** What a registry wants, from `WWW-Authenticate` (RFC 9110, 11.6.1; docker's token specification). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
    };

const parameter = /([a-z][a-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/**
 * Bearer is preferred if both are offered; undefined if we speak neither. The scope it names is not read: each request
 * knows the least it needs.
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/is.exec(header ?? '')?.[1];
  if (bearer !== undefined) {
    const found = new Map(
      [...bearer.matchAll(parameter)].map(([, name = '', quoted, plain = '']) => [
        name.toLowerCase(),
        quoted?.replaceAll(/\\(.)/g, '$1') ?? plain,
      ]),
    );
    const realm = found.get('realm');
    if (realm !== undefined) return { scheme: 'bearer', realm, service: found.get('service') };
  }
  return /(?:^|,)\s*basic\b/i.test(header ?? '') ? { scheme: 'basic' } : undefined;
}
