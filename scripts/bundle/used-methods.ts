/** A method of dockerode's class: `Docker.prototype.NAME = function (…) {` … `};`, both at the beginning of a line. */
const method = /^Docker\.prototype\.(\w+) = function[^]*?^};\n/gm;

/**
 * dockerode's `docker.js` with those methods alone that `ours` calls (`docker.NAME(`), or that one of these calls. A
 * release that is written in another way stays whole.
 */
export function withUsedMethods(dockerode: string, ours: string): string {
  const texts = new Map([...dockerode.matchAll(method)].map(([text, name = '']) => [name, text]));
  const used = new Set<string>();
  const use = (caller: string, of: RegExp): void => {
    for (const [, name = ''] of caller.matchAll(of)) {
      const text = texts.get(name);
      if (text === undefined || used.has(name)) continue;
      used.add(name);
      use(text, /\b(?:this|self)\.(\w+)\(/g);
    }
  };
  use(ours, /\bdocker\.(\w+)\(/g);
  return dockerode.replaceAll(method, (text, name: string) => (used.has(name) ? text : ''));
}
