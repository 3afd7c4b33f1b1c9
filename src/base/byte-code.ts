import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { builtFiles, type BuiltFilesRequest } from './built-files.ts';
import { fileEntry, layerOf } from './layer.ts';
import { madeFiles } from './made-files.ts';

export interface ByteCodeRequest extends Omit<BuiltFilesRequest, 'context' | 'subject'> {
  /** `3.13`. */
  readonly python: string;
  /** A root file system with that Python for the engine's own machine. */
  readonly interpreter: readonly DebEntry[];
  /** Files of the base; those of the standard library are compiled. They may be the interpreter's own. */
  readonly files: readonly DebEntry[];
  readonly cacheFolder: string;
}

/**
 * Compiles what is under `root` and `library` into `/out`, in a fixed order. `-I` and this script alone decide which
 * modules are loaded: byte code tells shared strings from others by who else has them.
 */
const script = `import os, py_compile, sys
root, library = sys.argv[1:]
names = []
for folder, _, files in os.walk(root + library):
    names += [os.path.join(folder, name) for name in files if name.endswith('.py')]
for name in sorted(names):
    place = name[len(root):]
    folder, file = os.path.split('/out' + place)
    compiled = os.path.join(folder, '__pycache__', file[:-3] + '.' + sys.implementation.cache_tag + '.pyc')
    os.makedirs(os.path.dirname(compiled), exist_ok=True)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(name, cfile=compiled, dfile=place, doraise=True, invalidation_mode=mode)
`;

/**
 * Python's byte code for its standard library, made in the engine by the Python of the base itself. It is the same for
 * every machine, so that one of another architecture needs no emulation.
 */
export async function byteCode(request: ByteCodeRequest): Promise<readonly DebEntry[]> {
  const { python, interpreter, files, cacheFolder } = request;
  const library = `usr/lib/python${python}`;
  const sources = files.filter(({ name }) => name.startsWith(`${library}/`) && name.endsWith('.py'));
  return madeFiles({
    cacheFolder,
    what: 'byte-code',
    inputs: [script, python, layerOf(interpreter).digest, layerOf(sources).digest],
    make: () => {
      const own = interpreter === files;
      // One layer: an engine takes seconds for each.
      const root = layerOf([
        ...interpreter,
        ...(own ? [] : sources.map((file) => ({ ...file, name: `target/${file.name}` }))),
        fileEntry('compile.py', script),
      ]);
      const words = [
        `/usr/bin/python${python}`,
        '-I',
        '-B',
        '/compile.py',
        own ? '' : '/target',
        `/${library}`,
      ];
      const dockerfile = [
        'FROM scratch AS made',
        'ADD root.tar /',
        `RUN ${JSON.stringify(words)}`,
        'FROM scratch',
        'COPY --from=made /out/ /',
      ];
      const context = [
        { name: 'Dockerfile', content: `${dockerfile.join('\n')}\n` },
        { name: 'root.tar', layer: root },
      ];
      return builtFiles({ ...request, context, subject: 'byte-code' });
    },
  });
}
