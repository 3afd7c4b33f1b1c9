import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { ListedServer } from '../../src/catalog-index/catalog-index.ts';
import { chooseExported } from '../../src/export/choose.ts';
import { dockerCatalog } from '../../src/export/docker-catalog.ts';
import { entryFlags } from '../../src/export/run-flags.ts';
import { serverJson } from '../../src/export/server-json.ts';
import { toolhiveRegistry } from '../../src/export/toolhive.ts';
import { projectFolder } from '../../src/lib/project.ts';
import { imageText, listed, proofText } from '../catalog-index/rig.ts';

const image = 'registry.example.com/mcpcat/x@sha256:aa';

const wide = `env:
  KEY: {description: The key, required: true, secret: true, example: abc}
  REGION: {description: The region}
  FILE: {description: Where it writes, default: /state/file}
  HOST: {description: The host of the database}
permissions:
  network: [api.example.com, "*.cdn.example.com:8443", "{HOST}"]
  mounts:
    - {name: data, target: /data, required: true, description: What it reads}
    - {name: out, target: /out, mode: rw, description: What it writes}
  state: [{name: kept, target: /state, description: What it remembers}]
`;

const none = { unproved: false, local: undefined };
const tools = [{ name: 'ask', description: 'Asks.', schema: 'c'.repeat(64) }];

test('what is verified and published is exported by digest', async (t) => {
  const server = await listed(t);
  const { chosen, left } = chooseExported([server], none);
  assert.deepEqual(left, []);
  assert.deepEqual(chosen, [{ server, image: `registry.example.com/mcpcat/x@sha256:${'a'.repeat(64)}` }]);
});

test('what is not verified, not published or speaks HTTP is left out, each with its reason', async (t) => {
  const other = proofText({ image: { id: 'x', fingerprint: 'e'.repeat(64) } });
  const stale = await listed(t, '', { 'x/proof.json': other });
  const unpublished = await listed(t, '', {
    'x/image.json': imageText({ repository: null, published: null }),
  });
  const http = await listed(t, 'transport: {http: {port: 3000}}\n');
  const reasons = chooseExported([stale, unpublished, http], none).left.map(({ reason }) => reason);
  assert.match(reasons[0] ?? '', /^what the image is made from has changed/);
  assert.match(reasons[1] ?? '', /^its image is in no registry yet/);
  assert.match(reasons[2] ?? '', /^it speaks HTTP/);
  const taken = chooseExported([stale, unpublished, http], {
    unproved: true,
    local: { kind: 'folder', folder: path.join(projectFolder(), 'catalog') },
  });
  assert.deepEqual(
    taken.chosen.map(({ image: name }) => name),
    ['mcpcat/x:local', 'mcpcat/x:local'],
  );
});

test('the flags of docker run are those of the sandbox, and a server without hosts has no network', async (t) => {
  const flags = entryFlags(await listed(t)).map((flag) => flag.join('='));
  for (const flag of ['--network=none', '--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'])
    assert.ok(flags.includes(flag), flag);
  assert.ok(flags.includes('--memory=536870912') && flags.includes('--pids-limit=128'));
  const open = entryFlags(await listed(t, wide)).map((flag) => flag.join('='));
  assert.ok(!open.some((flag) => flag.startsWith('--network')));
  assert.ok(open.includes('--mount=type=volume,src=mcpcat-x-kept,dst=/state'), open.join('\n'));
});

test('server.json has the settings, and folders that the user names', async (t) => {
  const server = await listed(t, wide);
  const found = serverJson({ server, image }, 'io.github.someone');
  assert.equal(found.name, 'io.github.someone/x');
  const [oci] = found.packages;
  assert.equal(oci.identifier, image);
  assert.deepEqual(
    oci.environmentVariables.map(({ name, isRequired, isSecret, ...more }) => [
      name,
      isRequired,
      isSecret,
      more.default,
    ]),
    [
      ['KEY', true, true, undefined],
      ['REGION', false, false, undefined],
      ['FILE', false, false, '/state/file'],
      ['HOST', false, false, undefined],
    ],
  );
  const mounts = oci.runtimeArguments.filter(({ value }) => value?.startsWith('type=bind') === true);
  assert.deepEqual(
    mounts.map(({ value, isRequired }) => [value, isRequired]),
    [
      ['type=bind,src={data},dst=/data,readonly', true],
      ['type=bind,src={out},dst=/out', false],
    ],
  );
});

test('a title or description that is too long ends at a word', async (t) => {
  const server = {
    ...(await listed(t)),
    description: `${'word '.repeat(30)}end`,
    title: 'T'.repeat(200),
  };
  const { description, title } = serverJson({ server, image }, 'io.example');
  assert.match(description, /^(word )+word…$/);
  assert.ok(Array.from(description).length <= 100);
  assert.equal(Array.from(title).length, 100);
});

test('ToolHive gets hosts and ports; the whole internet is said as such, and no host as none', async (t) => {
  const outbound = (server: ListedServer): unknown => {
    const [found] = toolhiveRegistry([{ server, image, tools }], 'io.example').data.servers;
    assert.ok(found);
    const { _meta: all } = found;
    const meta = all['io.modelcontextprotocol.registry/publisher-provided']?.['io.github.stacklok'];
    const extension: unknown = Reflect.get(meta ?? {}, image);
    assert.ok(typeof extension === 'object' && extension !== null && 'permissions' in extension);
    return extension.permissions;
  };
  assert.deepEqual(outbound(await listed(t, wide)), {
    network: {
      outbound: {
        insecure_allow_all: false,
        allow_host: ['api.example.com', '.cdn.example.com'],
        allow_port: [443, 8443],
      },
    },
  });
  const all = await listed(t, 'permissions: {network: ["*"]}\n', {
    'x/proof.json': proofText({ permissions: { network: ['*'], mounts: [], state: [], writable: ['/tmp'] } }),
  });
  assert.deepEqual(outbound(all), { network: { outbound: { insecure_allow_all: true } } });
  assert.deepEqual(outbound(await listed(t)), {
    network: { outbound: { insecure_allow_all: false, allow_host: [], allow_port: [] } },
  });
});

test('the time of a ToolHive file is that of its newest content', async (t) => {
  const server = await listed(t);
  assert.equal(
    toolhiveRegistry([{ server, image, tools }], 'io.example').meta.last_updated,
    '2026-11-02T00:00:00Z',
  );
  assert.equal(toolhiveRegistry([], 'io.example').meta.last_updated, '1970-01-01T00:00:00Z');
});

test("Docker's catalog has secrets, settings, folders and hosts in its own words", async (t) => {
  const server = await listed(t, wide);
  const { registry } = parse(dockerCatalog([{ server, image, tools }])) as {
    registry: Record<string, unknown>;
  };
  assert.deepEqual(registry['x'], {
    title: 'A fixture',
    description: 'It is here for the tests.',
    type: 'server',
    image,
    tools: [{ name: 'ask', description: 'Asks.' }],
    secrets: [{ name: 'x.KEY', env: 'KEY' }],
    env: [
      { name: 'REGION', value: '{{x.REGION}}' },
      { name: 'FILE', value: '/state/file' },
      { name: 'HOST', value: '{{x.HOST}}' },
    ],
    config: [
      {
        name: 'x',
        description: 'Configuration for x',
        type: 'object',
        properties: {
          REGION: { type: 'string', description: 'The region' },
          HOST: { type: 'string', description: 'The host of the database' },
          data: { type: 'string', description: 'What it reads' },
        },
        required: ['data'],
      },
    ],
    volumes: ['{{x.data}}:/data:ro', 'mcpcat-x-kept:/state'],
    allowHosts: ['api.example.com:443', '*.cdn.example.com:8443'],
    metadata: { category: 'testing', tags: ['testing'], license: 'MIT' },
  });
  const bare = parse(dockerCatalog([{ server: await listed(t), image, tools }])) as {
    registry: Record<string, Record<string, unknown>>;
  };
  assert.equal(bare.registry['x']?.['disableNetwork'], true);
});

test('texts that look like YAML stay texts', async (t) => {
  const server = await listed(t);
  const texts = ['- a\n- b', ' {x: 1}', '\n\n  indented\n', 'yes', '&a *a !!int', 'é\u0085\u2028'].map(
    (description, index) => ({ name: `t${String(index)}`, description, schema: 'c' }),
  );
  const { registry } = parse(dockerCatalog([{ server, tools: texts, image }])) as {
    registry: Record<string, { tools: { description: string }[] }>;
  };
  assert.deepEqual(
    registry['x']?.tools.map(({ description }) => description),
    texts.map(({ description }) => description),
  );
});
