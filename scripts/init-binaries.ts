/**
 * `node scripts/init-binaries.ts`: process 1 for both platforms into `dist/init`, for the npm package. It is taken from
 * the bases of these sources on this engine (`mcpcat base build go`, and with `--platform` for the other), so it is the
 * very program that images of the catalog hold. `npm publish` runs it, and stops where one is missing.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadBases, loadCrossBases } from '../src/base/references.ts';
import { connectEngine } from '../src/engine/connect.ts';
import { binaryFile, fromBase } from '../src/process1/binary.ts';
import { initSourcesId } from '../src/process1/sources.ts';

const engine = await connectEngine({ env: process.env });
const { platform: host } = await engine.info();
const sources = await initSourcesId();
for (const platform of ['linux/amd64', 'linux/arm64'] as const) {
  const bases =
    platform === host
      ? await loadBases('templates', platform)
      : await loadCrossBases('templates', { host, platform });
  const bytes = await fromBase({ engine, labels: {} }, { platform, bases });
  const file = binaryFile('dist', { arch: platform.replace('linux/', ''), sources });
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  process.stdout.write(`${file}: ${String(bytes.length)} bytes\n`);
}
