import { refuse, unclear, type Found, type PackageKind } from './found.ts';
import { pythonHint, runners, type Runner } from './runners.ts';
import { shellWords } from './shell-words.ts';
import { specOf } from './spec.ts';

/** `npx -y PKG …`, `uvx PKG …` and their kin; undefined if the line starts no runner that we know. */
export function commandLine(words: readonly string[]): Omit<Found, 'env'> | undefined {
  const named = reordered([programOf(words[0] ?? ''), ...words.slice(1)]);
  for (const length of [4, 3, 2, 1]) {
    const runner = runners.find((one) => one.words.test(named.slice(0, length).join(' ')));
    if (runner !== undefined)
      return packaged(runner, { name: named.slice(0, length).join(' '), words: named.slice(length) });
  }
  return moduleLine(named) ?? uvRun(named) ?? denoRun(named);
}

/** `pnpm --package=PKG dlx BIN`, as pnpm's own pages have it: the option in front of the verb. */
function reordered(words: readonly string[]): readonly string[] {
  const [program = '', option = '', verb = '', ...rest] = words;
  return program === 'pnpm' && option.startsWith('--package=') ? [program, verb, option, ...rest] : words;
}

/** `deno run -A npm:PKG`: permissions are the entry's, so Deno's say nothing. */
function denoRun([program, verb, ...words]: readonly string[]): Omit<Found, 'env'> | undefined {
  if (program !== 'deno' || !/^(run|x)$/.test(verb ?? '')) return undefined;
  const at = words.findIndex((word) => !word.startsWith('-'));
  const [spec = '', ...args] = at === -1 ? [] : words.slice(at);
  if (!spec.startsWith('npm:'))
    throw refuse(
      `deno ${verb ?? ''}: expected a package of the npm registry, found ${spec || 'none'}`,
      'name what it publishes: npm:NAME',
    );
  return { source: `npm:${specOf('npm', spec.slice('npm:'.length))}`, command: undefined, args };
}

/** `C:\…\npx.cmd`, `/usr/local/bin/uvx` → the program's name. */
export function programOf(word: string): string {
  return (word.split(/[\\/]/).at(-1) ?? word).replace(/\.(cmd|exe|ps1|bat)$/i, '');
}

interface Rest {
  /** The runner as it was written, for messages. */
  readonly name: string;
  readonly words: readonly string[];
}

/** Options of the runner, then the package; `-p PKG` and `--from PKG` name it apart from the command. */
function packaged(runner: Runner, { name, words }: Rest): Omit<Found, 'env'> {
  const rest = [...words];
  let spec: string | undefined;
  for (let word = rest[0]; word?.startsWith('-') === true && word !== '-'; word = rest[0]) {
    rest.shift();
    const read = readOption(runner, { name, word, rest });
    if (read.line !== undefined) return called(read.line, { kind: runner.kind, spec });
    if (read.spec !== undefined) {
      if (spec !== undefined)
        throw refuse(
          `${name}: expected one package, found ${spec} and ${read.spec}`,
          'name the one that is the server',
        );
      spec = read.spec;
    }
  }
  const [word, ...behind] = rest;
  const args = runner.installs === true ? behind.filter((one) => !runner.harmless.test(one)) : behind;
  if (spec === undefined && word === undefined) throw unclear([name, ...words].join(' '));
  if (runner.installs === true && args.length > 0)
    throw refuse(
      `${name}: expected one package, found ${[word, ...args].join(' ')}`,
      'name the one that is the server',
    );
  return {
    source: `${runner.kind}:${specOf(runner.kind, spec ?? word ?? '')}`,
    command: spec === undefined ? undefined : word,
    args: args[0] === '--' ? args.slice(1) : args,
  };
}

function readOption(
  runner: Runner,
  { name, word, rest }: { readonly name: string; readonly word: string; readonly rest: string[] },
): { readonly spec?: string | undefined; readonly line?: string | undefined } {
  const [option = '', inline] = word.split(/=(.*)/s);
  if (option === '--color' && /^(always|never|auto)$/.test(rest[0] ?? '')) rest.shift();
  if (runner.harmless.test(option)) return {};
  // Several in one: -yq.
  if (
    /^-[a-zA-Z]{2,}$/.test(word) &&
    word
      .slice(1)
      .split('')
      .every((letter) => runner.harmless.test(`-${letter}`))
  )
    return {};
  if (option === '--registry' && isPublic(inline ?? rest[0])) {
    if (inline === undefined) rest.shift();
    return {};
  }
  if (runner.harmlessValued?.test(option) === true) {
    if (inline === undefined) rest.shift();
    return {};
  }
  if (runner.names?.test(option) === true) return { spec: inline ?? rest.shift() };
  if (runner.calls?.test(option) === true) return { line: inline ?? rest.shift() };
  if (/^(-p|--python)$/.test(option) && runner.kind === 'pypi') {
    const version = inline ?? rest.shift() ?? '';
    if (fitsPython(version)) return {};
    throw refuse(`${name} ${option} ${version}: expected Python 3.13`, pythonHint);
  }
  const hint =
    runner.changes[option] ??
    'leave it out, or write the source and the arguments apart: npm:NAME, pypi:NAME or go:PATH';
  throw refuse(`${name} ${option}: it changes what is installed or how, and an entry can't say that`, hint);
}

/** The registry that is asked anyway: naming it changes nothing. */
function isPublic(address: string | undefined): boolean {
  return /^https:\/\/registry\.npmjs\.org\/?$/.test(address ?? '');
}

/** `3`, `3.13`, `>=3.10`, `python3.12+` … as far as people write it. */
function fitsPython(version: string): boolean {
  const [, sign = '', minor] =
    /^(?:python|cpython-?)?(>=|==|~=)?3(?:\.(\d+))?(?:\.\d+)?$/.exec(version.trim()) ?? [];
  if (!/3/.test(version)) return false;
  return minor === undefined
    ? /^(?:python|cpython-?)?(>=|==|~=)?3$/.test(version.trim())
    : sign === '>='
      ? Number(minor) <= 13
      : minor === '13';
}

/** `npx -c "pkg --stdio"`: the words of a command of the package that was named, or of one of that name. */
function called(
  line: string,
  { kind, spec }: { kind: PackageKind; spec: string | undefined },
): Omit<Found, 'env'> {
  const [command, ...args] = shellWords(line);
  if (command === undefined) throw unclear('nothing');
  return spec === undefined
    ? { source: `${kind}:${specOf(kind, command)}`, command: undefined, args }
    : { source: `${kind}:${specOf(kind, spec)}`, command, args };
}

/** `python -m some_mcp`: by custom the package is called as its module, with dashes. */
function moduleLine([program = '', ...words]: readonly string[]): Omit<Found, 'env'> | undefined {
  if (!/^(python[\d.]*|py)$/.test(program)) return undefined;
  const at = words.findIndex((word) => !interpreterOption.test(word));
  const [dashM = '', module = '', ...args] = at === -1 ? [] : words.slice(at);
  for (const word of words.slice(0, at)) refusePython(program, word);
  if (dashM !== '-m' || !/^[A-Za-z_][\w.]*$/.test(module) || ownModules.test(module))
    throw refuse(
      `expected a package, found ${dashM === '-m' ? 'a module of Python itself' : 'a file'}: ${[program, ...words].join(' ')}`,
      'name what the project publishes: pypi:NAME',
    );
  if (/^(pipx|uv)$/.test(module)) return commandLine([module, ...args]);
  const name = (module.split('.')[0] ?? module).replaceAll('_', '-');
  return { source: `pypi:${name}`, command: undefined, args };
}

/** Of the interpreter, and in front of the module; `py -3.12` is the launcher's choice of a version. */
const interpreterOption = /^-([uBEIsSPqO]+|\d[\d.]*)$/;
const ownModules = /^(venv|http|ensurepip|site|json|zipapp|unittest|pdb|virtualenv)(\.|$)/;

function refusePython(program: string, option: string): void {
  const version = /^-(\d[\d.]*)$/.exec(option)?.[1];
  if (version !== undefined && !fitsPython(version))
    throw refuse(`${program} ${option}: expected Python 3.13`, pythonHint);
}

/** `uv run --with PKG BIN` is how some write `uvx --from PKG BIN`; without a package it runs a project's own files. */
function uvRun(words: readonly string[]): Omit<Found, 'env'> | undefined {
  if (words[0] !== 'uv' || words[1] !== 'run') return undefined;
  const rest = words.slice(2);
  const specs: string[] = [];
  for (let word = rest[0]; word?.startsWith('-') === true; word = rest[0]) {
    rest.shift();
    const [option = '', inline] = word.split(/=(.*)/s);
    if (option === '--with') specs.push(inline ?? rest.shift() ?? '');
    else if (!/^(-q|--quiet|--no-project|--isolated|-n|--no-cache)$/.test(option))
      throw refuse(
        `uv run ${option}: it runs a project's own files`,
        'name what the project publishes: pypi:NAME',
      );
  }
  const [spec] = specs;
  if (spec === undefined || specs.length > 1)
    throw refuse(
      'uv run: expected one package, found a project or several',
      'name what it publishes: pypi:NAME',
    );
  const [command, ...args] = rest;
  const viaModule = /^python[\d.]*$/.test(command ?? '') && args[0] === '-m';
  return viaModule
    ? { source: `pypi:${specOf('pypi', spec)}`, command: undefined, args: args.slice(2) }
    : { source: `pypi:${specOf('pypi', spec)}`, command, args };
}
