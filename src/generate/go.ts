import type { Artifact } from '../catalog/lock.ts';
import { escapePath } from '../upstream/go-proxy.ts';
import type { GenerateInput, Recipe } from './generated.ts';
import { programFile } from './program.ts';
import { execForm, plainPath } from './quote.ts';
import { systemPath } from './system.ts';

/** Modules come from a folder laid out as a proxy (golang.org/ref/mod#goproxy-protocol); go checks them against go.sum. */
const env =
  'ENV GOPROXY=file:///build/proxy GOSUMDB=off GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE=/tmp/go-cache GOMODCACHE=/tmp/go-mod';

/** Go servers: one static program. */
export function goRecipe({ entry, lock, files, platform, cross = false }: GenerateInput): Recipe {
  const { path } = programFile(entry, lock);
  const packagePath = plainPath(lock.source.replace(/^go:/, ''));
  const modules = lock.artifacts.filter((artifact) => artifact.kind === 'go');
  return {
    buildStage: [
      'COPY build/ /build/',
      'WORKDIR /build',
      cross ? `${env} GOARCH=${platform.replace('linux/', '')}` : env,
      `RUN ${execForm(['go', 'build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', path, packagePath])}`,
    ],
    files: {
      'build/go.mod': files['go.mod'] ?? '',
      'build/go.sum': files['go.sum'] ?? '',
      ...Object.fromEntries(
        modules.map(({ name, version }) => [
          `${proxyPath(name, version)}.info`,
          `{"Version":"${version}"}\n`,
        ]),
      ),
    },
    env: {},
    program: [path, ...entry.command.slice(1)],
    pathOf: (artifact: Artifact) =>
      artifact.kind === 'go'
        ? `${proxyPath(artifact.name, artifact.version)}.${artifact.sum === undefined ? 'mod' : 'zip'}`
        : systemPath(artifact),
  };
}

/** Without its extension: a module has up to three files there. */
export function proxyPath(name: string, version: string): string {
  return `build/proxy/${escapePath(plainPath(name))}/@v/${escapePath(plainPath(version))}`;
}
