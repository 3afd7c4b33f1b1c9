/** A package, by what its control file says. */
export interface ControlOf {
  readonly name: string;
  readonly architecture: string;
  readonly control: string;
}

/**
 * The packages that must be there before dpkg can install one: the essential ones of `architecture`, and what those
 * depend on. Of alternatives all that are given count: too much is installed properly all the same.
 */
export function essentialClosure(packages: readonly ControlOf[], architecture: string): ReadonlySet<string> {
  const own = packages.filter((found) => found.architecture === architecture || found.architecture === 'all');
  const byName = new Map(own.map((found) => [found.name, found]));
  const providers = providersOf(own);
  const closure = new Set(own.filter(isEssential).map(({ name }) => name));
  for (const name of closure) {
    const control = byName.get(name)?.control ?? '';
    const wanted = [...relations(control, 'Pre-Depends'), ...relations(control, 'Depends')];
    for (const found of wanted.flatMap((word) => [
      ...(byName.has(word) ? [word] : []),
      ...(providers.get(word) ?? []),
    ]))
      // A set that grows is walked to its new end.
      closure.add(found);
  }
  return closure;
}

function isEssential({ control }: ControlOf): boolean {
  return /^Essential: yes$/m.test(control);
}

function providersOf(packages: readonly ControlOf[]): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, string[]>();
  for (const { name, control } of packages)
    for (const word of relations(control, 'Provides'))
      providers.set(word, [...(providers.get(word) ?? []), name]);
  return providers;
}

/** The names in a relationship field (deb-control(5)): `libc6 (>= 2.34), awk | mawk:any` → libc6, awk, mawk. */
function relations(control: string, field: string): string[] {
  // A field may go on in lines that begin with a blank.
  const value = new RegExp(`^${field}:((?:.*\\n[ \\t])*.*)$`, 'm').exec(control)?.[1] ?? '';
  return value
    .split(/[,|]/)
    .map((relation) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(relation)?.[1] ?? '')
    .filter((name) => name !== '');
}
