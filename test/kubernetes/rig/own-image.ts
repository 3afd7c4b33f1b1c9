import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../../../src/engine/engine.ts';
import { buildImage } from '../../rig/build-image.ts';
import { ownBases, project, testLabel } from '../../rig/engine.ts';

/** The base has no `env` that would find Node. */
const command = "#!/usr/local/bin/node\nrequire('/opt/mcpcat/bin/mcpcat.js');\n";

/** An image that has mcpcat itself, as it is bundled here, with one `catalog.json`. */
export async function buildOwnImage(engine: Engine, tag: string, catalogIndex: string): Promise<void> {
  const { node } = await ownBases();
  const found = globSync(
    ['bin/*', 'catalog.tools/everything*', 'dist/**/*', 'package.json', 'src/init/**/*', 'templates/**/*'],
    {
      cwd: project,
    },
  );
  const names = found.filter((name) => statSync(path.join(project, name)).isFile());
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(path.join(project, name))]));
  await buildImage(engine, tag, {
    dockerfile: [
      `FROM ${node.runtime.reference}`,
      'COPY files/ /opt/mcpcat/',
      'COPY files/mcpcat /usr/local/bin/mcpcat',
      'ENV MCPCAT_CATALOG=/opt/mcpcat/catalog.json',
      'USER 65532:65532',
    ],
    files: { ...files, 'catalog.json': catalogIndex, mcpcat: command },
    labels: testLabel,
  });
}
