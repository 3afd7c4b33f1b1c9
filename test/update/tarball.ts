import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { project } from '../rig/engine.ts';

/** npm's tarball of a release of the fixture server that misbehaves in the given way. */
export async function fixtureTarball(
  name: string,
  { version, behaviour }: { version: string; behaviour: readonly string[] },
): Promise<Buffer> {
  const server = readFileSync(path.join(project, 'test/fixtures/servers/server.js'), 'utf8');
  const pack = tar.pack();
  const done = buffer(pack);
  pack.entry(
    { name: 'package/package.json' },
    JSON.stringify({ name, version, bin: { [name]: 'index.js' } }),
  );
  const text = `#!/usr/bin/env node\n// ${version}\nprocess.argv.splice(2, 9, ...${JSON.stringify(behaviour)});\n${server}`;
  pack.entry({ name: 'package/index.js', mode: 0o755 }, text);
  pack.finalize();
  return gzipSync(await done);
}
