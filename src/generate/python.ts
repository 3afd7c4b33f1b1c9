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
/** A read-only root can't write byte code later; a hash in it instead of a time stamp keeps it valid in any layer. */
const compile =
  "import compileall, py_compile; compileall.compile_dir('/app/lib', quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)";
const activation = ['activate', 'activate.csh', 'activate.fish', 'Activate.ps1'].map(
  (name) => `/app/bin/${name}`,
);

/** PyPI servers: a virtual environment filled from a folder of the locked wheels. */
export function pythonRecipe({ entry, lock, files }: GenerateInput): Recipe {
  const { path, native } = programFile(entry, lock);
  return {
    buildStage: [
      'COPY build/ /build/',
      `RUN ${execForm(['python3', '-m', 'venv', '--without-pip', '/app'])}`,
      `RUN ${execForm(['python3', '-m', 'pip', '--python', '/app/bin/python', 'install', ...install, '-r', '/build/requirements.txt'])}`,
      `RUN ${execForm(['/app/bin/python', '-c', compile])}`,
      `RUN ${execForm(['rm', '-f', ...activation])}`,
    ],
    files: { 'build/requirements.txt': files['requirements.txt'] ?? '' },
    env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    program: [...(native ? [] : ['/app/bin/python']), path, ...entry.command.slice(1)],
    pathOf: (artifact: Artifact) =>
      artifact.kind === 'pypi' ? `build/wheels/${plainPath(artifact.file)}` : systemPath(artifact),
  };
}
