import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { project, run, testEngine } from '../rig/engine.ts';
import { hello } from '../rig/hello.ts';
import {
  looseFiles,
  savedImage,
  unwantedPackages,
  unwantedPrograms,
  type LayerFile,
  type SavedImage,
} from '../rig/image-layers.ts';

const timeout = 600_000;
/** One for each runtime, and the settings without which it does not start. */
const servers: Readonly<Record<string, readonly string[]>> = {
  'sequential-thinking': [],
  time: [],
  github: ['-e', 'GITHUB_PERSONAL_ACCESS_TOKEN=ghp_example'],
};
let engine: Engine;
const imageOf = (server: string): string =>
  imageIn({ kind: 'folder', folder: join(project, 'catalog') }, server);
const saved = new Map<string, SavedImage>();

before(
  async () => {
    engine = await testEngine();
    // They are of the sample that every run of the tests has made; one that is not as the catalog says is built now.
    const { code, stderr } = await run(['build', ...Object.keys(servers), '--jobs', '2']);
    assert.equal(code, 0, stderr);
    for (const server of Object.keys(servers)) saved.set(server, await savedImage(engine, imageOf(server)));
  },
  { timeout },
);

function layersOf(server: string): readonly (readonly LayerFile[])[] {
  const found = saved.get(server);
  assert.ok(found);
  return found.layers;
}

const secretFile =
  /(^|\/)(\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.docker\/config\.json|id_(rsa|ed25519|ecdsa)|\.env|.*\.(key|p12|pfx))$/;
const secretName = /(^|_)(TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i;

for (const [server, settings] of Object.entries(servers)) {
  test(`no layer of ${server} holds a shell, package manager, installer or compiler`, () => {
    for (const layer of layersOf(server)) {
      assert.deepEqual(unwantedPrograms(layer), []);
      assert.deepEqual(unwantedPackages(layer), []);
    }
  });

  test(`no layer of ${server} gives rights away`, () => {
    for (const layer of layersOf(server)) assert.deepEqual(looseFiles(layer), []);
  });

  test(`no layer of ${server} leaves traces of the machine that built it`, () => {
    const files = layersOf(server).flat();
    const paths = files.map(({ path }) => path);
    assert.deepEqual(
      paths.filter((path) => secretFile.test(path)),
      [],
    );
    assert.deepEqual(
      paths.filter((path) =>
        /^(build|npm-cache|root\/.|home\/mcpcat\/.|tmp\/.|var\/(log|cache)\/.)/.test(path),
      ),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => /^etc\/(hostname|hosts|resolv\.conf)$/.test(path)),
      [],
    );
    const keys = files.filter(({ content }) => content?.includes('PRIVATE KEY-----\n') ?? false);
    // Libraries carry the words, not keys: a key is followed by base64.
    const real = keys.filter(({ content }) =>
      /PRIVATE KEY-----\r?\n[A-Za-z0-9+/=]{40}/.test(content?.toString() ?? ''),
    );
    assert.deepEqual(
      real.map(({ path }) => path),
      [],
    );
  });

  test(`the configuration of ${server} says who it is, and no secret`, async () => {
    const image = await engine.inspectImage(imageOf(server));
    assert.ok(image);
    assert.equal(image.user, '65532:65532');
    assert.deepEqual(image.entrypoint.slice(0, 2), ['/mcpcat-init', '--']);
    assert.ok(!image.entrypoint.some((word) => /\b(sh|npx|npm|uvx)$/.test(word)));
    const variables = image.env.map((pair) => pair.slice(0, pair.indexOf('=')));
    assert.deepEqual(
      variables.filter((name) => secretName.test(name) || /proxy/i.test(name)),
      [],
    );
    assert.doesNotMatch(saved.get(server)?.config ?? '', /ghp_|http_proxy|_authToken/i);
    for (const name of ['title', 'description', 'licenses', 'source', 'version', 'base.name'])
      assert.ok(image.labels[`org.opencontainers.image.${name}`], name);
    assert.equal(image.labels[label.entry], server);
    assert.equal(image.labels[label.mcpName], server);
    assert.match(image.labels[label.fingerprint] ?? '', /^[0-9a-f]{64}$/);
    assert.partialDeepStrictEqual(JSON.parse(image.labels[label.permissions] ?? ''), { writable: ['/tmp'] });
  });

  test(`plain docker run of ${server} answers initialize and ends with its input`, { timeout }, async () => {
    const { stdout, code } = await dockerRun([...settings, imageOf(server)]);
    assert.equal(code, 0);
    const [line = ''] = stdout.split('\n');
    assert.partialDeepStrictEqual(JSON.parse(line), { jsonrpc: '2.0', id: 1, result: { capabilities: {} } });
  });

  test(`${server} also answers with everything taken away`, { timeout }, async () => {
    const flags = ['--read-only', '--network=none', '--cap-drop=ALL', '--security-opt=no-new-privileges'];
    const { stdout } = await dockerRun([...flags, '--tmpfs=/tmp', ...settings, imageOf(server)]);
    assert.match(stdout, /"serverInfo"/);
  });
}

/** `docker run -i --rm`: one request, and the end of input once it is answered. */
async function dockerRun(args: readonly string[]): Promise<{ stdout: string; code: number }> {
  return new Promise((resolve) => {
    const child = execFile(
      'docker',
      // Python takes a while to end on a busy machine; that it does so by itself is what counts.
      ['run', '-i', '--rm', '--label', 'io.mcpcat.test=1', '-e', 'MCPCAT_EOF_GRACE_MS=60000', ...args],
      { timeout: 60_000 },
      (error, stdout) => resolve({ stdout, code: error === null ? 0 : Number(error.code ?? -1) }),
    );
    child.stdin?.write(hello);
    child.stdout?.once('data', () => child.stdin?.end());
  });
}
