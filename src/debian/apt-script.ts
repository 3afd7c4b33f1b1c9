import type { Suite } from './archive/suites.ts';

/** What is to be resolved, in Debian's words. */
export interface AptWishes {
  /** Names, with `:arch` where they are for another than the first architecture. */
  readonly packages: readonly string[];
  /** Also the essential ones of the first architecture, without which dpkg works on nothing. */
  readonly essential: boolean;
  /** The first is the system's own. */
  readonly architectures: readonly string[];
}

/** Between what the script prints of the plan and of the packages in it. */
export const recordsMark = '----- records';

/** Has apt resolve `wishes` from an empty system and print the plan, and the record of each package in it. */
export function planScript(wishes: AptWishes, suites: readonly Suite[]): string {
  const { packages, essential, architectures } = wishes;
  const essentials = `?and(?architecture(${architectures[0] ?? ''}),?essential)`;
  const words = [...(essential ? [essentials] : []), ...packages].map((word) => `'${word}'`);
  return `${prelude(architectures, suites)}
apt apt-get install -s -qq ${words.join(' ')} > plan
cat plan
echo '${recordsMark}'
sed -n 's/^Inst \\([^ ]*\\) (\\([^ ]*\\)[^)]*\\[\\([a-z0-9]*\\)\\]).*/\\1 \\2 \\3/p' plan > chosen
wanted=$(while read -r name version architecture; do echo "\${name%:*}:$architecture=$version"; done < chosen)
apt apt-cache show $wanted
`;
}

/** Has apt print which version of each package (`name:arch`) it would take. */
export function policyScript(names: readonly string[], suites: readonly Suite[]): string {
  const words = names.map((name) => `'${name}'`).join(' ');
  return `${prelude(architecturesOf(names), suites)}
apt apt-cache policy ${words}
`;
}

/** Of names with `:arch`, each once; the first is the system's own. */
export function architecturesOf(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.split(':')[1] ?? ''))];
}

/**
 * Makes apt ready to be asked about the indexes that lie in the folder it runs in, as if nothing were installed. It
 * checks the signatures once more, with the keys of the image it runs in.
 */
function prelude(architectures: readonly string[], suites: readonly Suite[]): string {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const sources = suites.map(
    ({ archive, name }) =>
      `deb [arch=${architectures.join(',')} signed-by=${keyring}] file:$PWD/${archive} ${name} main`,
  );
  const settings = {
    'Dir::Etc::sourcelist': '$PWD/sources.list',
    'Dir::Etc::sourceparts': '-',
    'Dir::State': '$PWD/state',
    'Dir::State::status': '$PWD/state/status',
    'Dir::Cache': '$PWD/cache',
    // Kept in memory: /tmp is small.
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'APT::Architecture': architectures[0] ?? '',
    'APT::Architectures': architectures.join(','),
    'APT::Install-Recommends': 'false',
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
  };
  const options = Object.entries(settings).map(([key, value]) => `-o "${key}=${value}"`);
  return `set -eu
mkdir -p state/lists/partial cache/archives/partial
: > state/status
cat > sources.list <<END
${sources.join('\n')}
END
apt() { program=$1; shift; "$program" ${options.join(' ')} "$@"; }
apt apt-get update -qq >&2`;
}
