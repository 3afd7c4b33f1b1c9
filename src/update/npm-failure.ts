import { McpcatError, messageOf } from '../lib/errors.ts';
import { outageHint } from '../lib/outage-hint.ts';

/** A dependency that does not come from the registry with a hash. */
export function refusedSource(name: string, found: string): McpcatError {
  return new McpcatError(
    'lock-refused',
    `npm:${name}: expected a release from the registry with a sha512 integrity, found ${found}`,
    {
      hint: 'such a dependency can be changed after the fact; ask its author for a release, or choose another version',
    },
  );
}

/** No such package, no such version, a tree that contradicts itself: the registry answered, and that is its answer. */
const answered: ReadonlySet<string> = new Set([
  'E404',
  'E410',
  'ETARGET',
  'ENOVERSIONS',
  'ERESOLVE',
  'EINVALIDPACKAGENAME',
  'EINVALIDTAGNAME',
  'EUNSUPPORTEDPROTOCOL',
]);

/** Why npm's resolver gave up, told apart by its error codes (docs of npm-registry-fetch, pacote and arborist). */
export function unresolved(error: unknown, subject: string): McpcatError {
  const code = textOf(error, 'code') ?? '';
  const [reason = ''] = messageOf(error).split('\n');
  if (code.startsWith('EALLOW')) {
    const [name, found] = nameAndSpec(textOf(error, 'package') ?? subject);
    return refusedSource(name, found);
  }
  if (answered.has(code)) {
    return new McpcatError(
      'package-unknown',
      `npm:${subject}: its dependencies can't be resolved: ${reason}`,
      {
        hint: 'choose another version of the server',
        cause: error,
      },
    );
  }
  return new McpcatError(
    'upstream-unavailable',
    `npm:${subject}: its dependencies could not be read: ${reason}`,
    {
      hint: outageHint(error),
      cause: error,
    },
  );
}

function textOf(error: unknown, name: string): string | undefined {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** `@scope/name@spec` → both. */
function nameAndSpec(text: string): [name: string, spec: string] {
  const at = text.indexOf('@', 1);
  return at === -1 ? [text, text] : [text.slice(0, at), text.slice(at + 1)];
}
