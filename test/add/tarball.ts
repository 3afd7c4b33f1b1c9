import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { project } from '../rig/engine.ts';

/** npm's tarball of a server that wants `want` before it works. */
export async function needyTarball(want: string, readme = ''): Promise<Buffer> {
  const server = readFileSync(path.join(project, 'test/fixtures/servers/needy.js'), 'utf8');
  const name = `needy-${want}`;
  const pack = tar.pack();
  const done = buffer(pack);
  const manifest = { name, version: '1.0.0', license: 'MIT', bin: { [name]: 'index.js' } };
  pack.entry({ name: 'package/package.json' }, JSON.stringify(manifest));
  pack.entry({ name: 'package/README.md' }, readme);
  const text = `#!/usr/bin/env node\nprocess.argv.splice(2, 0, ${JSON.stringify(want)});\n${server}`;
  pack.entry({ name: 'package/index.js', mode: 0o755 }, text);
  pack.finalize();
  return gzipSync(await done);
}
