/**
 * Behind a company's proxy that ends TLS: a server in Java, in an image that is nobody's of ours, with `proxy` and `ca` in
 * the settings file. A JDK of this machine gives the image its Java: a command of its own, as few machines have one.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { ownBases, project, testEngine, testLabel } from '../rig/engine.ts';
import { inspectingProxy, type InspectingProxy } from '../rig/inspecting-proxy.ts';
import { entryOf } from '../rig/probe.ts';
import { start } from '../rig/started.ts';
import { certificate, httpsServer } from '../rig/tunnel.ts';

const timeout = 300_000;
const name = 'api.inspected.example';
const server = 'java-authority';
const [installed] = globSync('/usr/lib/jvm/*/bin/jlink').map((file) => path.dirname(file));
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-java-'));
const opened = closedAfterwards();
opened.defer(() => rmSync(folder, { recursive: true, force: true }));
let engine: Engine;
let proxy: InspectingProxy;

before(
  async () => {
    if (installed === undefined)
      throw new Error('expected a JDK below /usr/lib/jvm: apt-get install openjdk-17-jdk-headless');
    engine = await testEngine();
    const tls = certificate();
    const origin = opened.use(await httpsServer(tls));
    proxy = opened.use(await inspectingProxy({ port: origin.port, cert: tls.cert }));
    mkdirSync(path.join(folder, 'catalog', server), { recursive: true });
    const entry = entryOf({ name: server, permissions: { network: [name] } });
    writeFileSync(path.join(folder, 'catalog', server, 'server.yaml'), JSON.stringify(entry));
  },
  { timeout },
);

/** An image with that Java's own files, as small as they get, and what it needs of this machine's libraries. */
async function imageWith(jdk: string, tag: string): Promise<void> {
  const context = mkdtempSync(path.join(folder, 'context-'));
  const run = (program: string, ...words: readonly string[]): void =>
    void execFileSync(path.join(jdk, program), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const modules = 'java.base,java.net.http,jdk.crypto.ec';
  run(
    'jlink',
    '--add-modules',
    modules,
    '--strip-java-debug-attributes',
    '--output',
    path.join(context, 'java'),
  );
  run('javac', '-d', path.join(context, 'app'), path.join(project, 'test/fixtures/java/Ask.java'));
  mkdirSync(path.join(context, 'lib'));
  const needed = execFileSync(
    'ldd',
    [path.join(context, 'java/lib/server/libjvm.so'), path.join(context, 'java/bin/java')],
    {
      encoding: 'utf8',
    },
  );
  for (const [, file = ''] of needed.matchAll(/=> (\/\S*\/lib(?:z|stdc\+\+|gcc_s)\.so\S*)/g))
    copyFileSync(file, path.join(context, 'lib', path.basename(file)));
  const { node } = await ownBases();
  writeFileSync(
    path.join(context, 'Dockerfile'),
    `FROM ${node.runtime.reference}
COPY lib/ /java-lib/
COPY java/ /java/
COPY app/ /app/
ENV LD_LIBRARY_PATH=/java-lib
ENTRYPOINT ["/java/bin/java", "-XX:+UseSerialGC", "-cp", "/app", "Ask", "https://${name}/"]
`,
  );
  const tar = execFileSync('tar', ['-c', '-C', context, '.'], { maxBuffer: 1 << 30 });
  await engine.buildImage(Readable.from([tar]), { tag, labels: testLabel, onOutput: () => undefined });
  opened.defer(() => engine.removeImage(tag, { force: true }));
}

/** What it says of its fetch, with these settings of the user's. */
async function answerOf(tag: string, network: Readonly<Record<string, string>>): Promise<string> {
  const configuration = mkdtempSync(path.join(folder, 'config-'));
  mkdirSync(path.join(configuration, 'mcpcat'));
  writeFileSync(path.join(configuration, 'mcpcat/settings.json'), JSON.stringify(network));
  const words = ['run', server, '--catalog', path.join(folder, 'catalog'), '--image', tag, '--pull', 'never'];
  const env = { XDG_CONFIG_HOME: configuration, HTTPS_PROXY: '', HTTP_PROXY: '', NO_PROXY: '' };
  const started = start(words, { env });
  await Promise.race([started.said('answer'), started.ended]);
  started.process.stdin.end();
  const { stdout, stderr } = await started.ended;
  return stdout === '' ? stderr : stdout;
}

test('Java trusts the company’s authority, and only where it is given', { timeout }, async () => {
  const tag = `mcpcat-test/java-authority:${String(process.pid)}`;
  await imageWith(installed ?? '', tag);
  const given = await answerOf(tag, { proxy: proxy.url, ca: proxy.authority });
  assert.match(given, /^answer 200 hello over TLS/);
  assert.match(await answerOf(tag, { proxy: proxy.url }), /^answer .*SSLHandshakeException/);
});
