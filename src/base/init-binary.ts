import type { DebEntry } from '../debian/deb/deb-entry.ts';
import { builtFiles, type BuiltFilesRequest } from './built-files.ts';
import { initMake } from './init-make.ts';
import { madeFiles } from './made-files.ts';
import { initSources, type BaseRef } from './references.ts';

export interface InitRequest extends Omit<BuiltFilesRequest, 'context' | 'subject'> {
  /** The build base whose compiler is used. */
  readonly compiler: BaseRef;
  /** What it is made for. */
  readonly platform: string;
  /** It is a cross compiler for aarch64. */
  readonly cross: boolean;
  readonly cacheFolder: string;
}

/** mcpcat-init, compiled in the engine once for its sources and its compiler. */
export async function initBinary(request: InitRequest): Promise<readonly DebEntry[]> {
  const { compiler, cacheFolder } = request;
  const sources = await initSources();
  const words = ['make', '-C', '/src', 'OUT=/out', ...initMake(request)];
  const dockerfile = [
    `FROM ${compiler.reference} AS made`,
    'COPY init/ /src/',
    `RUN ${JSON.stringify(words)}`,
    'FROM scratch',
    'COPY --from=made /out/mcpcat-init /mcpcat-init',
  ];
  return madeFiles({
    cacheFolder,
    what: 'mcpcat-init',
    inputs: [compiler.fingerprint, ...dockerfile, ...sources.map(({ text }) => text)],
    make: () =>
      builtFiles({
        ...request,
        subject: 'mcpcat-init',
        context: [
          { name: 'Dockerfile', content: `${dockerfile.join('\n')}\n` },
          ...sources.map(({ name, text }) => ({ name: `init/${name}`, content: text })),
        ],
      }),
  });
}
