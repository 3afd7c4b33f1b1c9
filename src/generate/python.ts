import type { Artifact } from '../catalog/lock.ts';
import type { GenerateInput, Recipe } from './generated.ts';
import { programFile } from './program.ts';
import { execForm, plainPath } from './quote.ts';
import { systemPath } from './system.ts';

const install = [
  '--no-index',
  '--find-links',
  '/build/wheels',
  '--require-hashes',
  '--no-deps',
  '--no-compile',
  '--no-cache-dir',
];
/**
 * A read-only root can't write byte code later; a hash in it instead of a time stamp keeps it valid in any layer. Run by
 * the base's Python without `site` (`-S`): the environment's own would run what packages put into `.pth` files.
 */
const compile =
  "import compileall, py_compile; compileall.compile_dir('/app/lib', quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)";
const activation = ['activate', 'activate.csh', 'activate.fish', 'Activate.ps1'].map(
  (name) => `/app/bin/${name}`,
);

/** Where pip puts what it may not take for its own platform's, and the programs among it. */
const target = '/app/lib/python3.13/site-packages';
const placePrograms = `${[
  'import os, pathlib',
  `source = pathlib.Path('${target}/bin')`,
  'for file in sorted(source.iterdir()) if source.is_dir() else []:',
  "    first, _, rest = file.read_bytes().partition(b'\\n')",
  "    text = b'#!/app/bin/python\\n' + rest if first.startswith(b'#!') and b'python' in first else file.read_bytes()",
  "    place = pathlib.Path('/app/bin') / file.name",
  '    place.write_bytes(text)',
  '    place.chmod(0o755)',
  '    file.unlink()',
  'if source.is_dir(): source.rmdir()',
].join('\n')}\n`;

/** The wheels of another platform; their tags are those of the lock, which chose them. */
function installForeign({ lock, platform }: GenerateInput): string[] {
  const wheels = lock.artifacts.filter(
    (artifact) => artifact.kind === 'pypi' && (artifact.platforms?.includes(platform) ?? true),
  );
  const tags = wheels.flatMap((artifact) =>
    artifact.kind === 'pypi' ? (/-([^-]+)\.whl$/.exec(plainPath(artifact.file))?.[1]?.split('.') ?? []) : [],
  );
  const platforms = [...new Set(tags)].filter((tag) => tag !== 'any').toSorted();
  const words = [
    ...['--only-binary=:all:', '--implementation', 'cp', '--python-version', '3.13', '--target', target],
    ...(platforms.length === 0 ? ['--platform', 'any'] : platforms.flatMap((tag) => ['--platform', tag])),
  ];
  return [
    `RUN ${execForm(['python3', '-m', 'pip', 'install', ...install, ...words, '-r', '/build/requirements.txt'])}`,
    `RUN ${execForm(['python3', '/build/place-programs.py'])}`,
  ];
}

/** PyPI servers: a virtual environment filled from a folder of the locked wheels. */
export function pythonRecipe(input: GenerateInput): Recipe {
  const { entry, lock, files, cross = false } = input;
  const { path, native } = programFile(entry, lock, /\.py$/);
  return {
    buildStage: [
      'COPY build/ /build/',
      `RUN ${execForm(['python3', '-m', 'venv', '--without-pip', '/app'])}`,
      ...(cross
        ? installForeign(input)
        : [
            `RUN ${execForm(['python3', '-m', 'pip', '--python', '/app/bin/python', 'install', ...install, '-r', '/build/requirements.txt'])}`,
          ]),
      `RUN ${execForm(['python3', '-I', '-S', '-c', compile])}`,
      `RUN ${execForm(['rm', '-f', ...activation])}`,
    ],
    files: {
      'build/requirements.txt': files['requirements.txt'] ?? '',
      ...(cross ? { 'build/place-programs.py': placePrograms } : {}),
    },
    env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    program: [...(native ? [] : ['/app/bin/python']), path, ...entry.command.slice(1)],
    pathOf: (artifact: Artifact) =>
      artifact.kind === 'pypi' ? `build/wheels/${plainPath(artifact.file)}` : systemPath(artifact),
  };
}
