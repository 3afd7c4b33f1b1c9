/** A method of one of dockerode's classes: `NAME.prototype.METHOD = function (…) {` … `};`, both at a line's beginning. */
const method = /^\w+\.prototype\.(\w+) = function[^]*?^};\n/gm;

/**
 * A file of dockerode's with those methods alone whose names `ours` calls (`.METHOD(`, of whatever object), or one of
 * these methods. A release that is written in another way stays whole.
 */
export function withUsedMethods(dockerode: string, ours: string): string {
  const texts = new Map([...dockerode.matchAll(method)].map(([text, name = '']) => [name, text]));
  const used = new Set<string>();
  const use = (caller: string): void => {
    for (const [, name = ''] of caller.matchAll(/\.(\w+)\(/g)) {
      const text = texts.get(name);
      if (text === undefined || used.has(name)) continue;
      used.add(name);
      use(text);
    }
  };
  use(ours);
  return dockerode.replaceAll(method, (text, name: string) => (used.has(name) ? text : ''));
}
