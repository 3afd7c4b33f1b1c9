/** What clusters, signers, databases of holes, clients and distributions write, as test/fuzz/readers.test.ts has it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { nonsenseOf, verdictOf } from '../../src/advisories/affected.ts';
import { OsvOutline, OsvRecord } from '../../src/advisories/osv-record.ts';
import { severityOf } from '../../src/advisories/severity.ts';
import { parseVex } from '../../src/advisories/vex.ts';
import { signingOfText } from '../../src/attest/read-signing.ts';
import { signedStatement } from '../../src/attest/verify-statement.ts';
import { problemText } from '../../src/catalog/problem.ts';
import { readServers } from '../../src/clients/text/edit.ts';
import { serversIn } from '../../src/clients/text/read-servers.ts';
import { readPlan } from '../../src/debian/apt-plan.ts';
import { recordsMark } from '../../src/debian/apt-script.ts';
import { unpackDeb } from '../../src/debian/deb/unpack-deb.ts';
import { requestHosts } from '../../src/egress/http-head.ts';
import { refusalIn } from '../../src/engine/kubernetes/api.ts';
import { endOf } from '../../src/engine/kubernetes/channels.ts';
import { chooseContext } from '../../src/engine/kubernetes/kubeconfig.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { visible } from '../../src/lib/plain-text.ts';
import { lockText, parseMcpLock, type LockedServer } from '../../src/mcp-lock/mcp-lock.ts';
import { parseProfile } from '../../src/profile/parse-profile.ts';
import { noteKey, openNote } from '../../src/provenance/signed-note.ts';
import { sumDatabaseKey } from '../../src/provenance/go.ts';
import { parseApprovals } from '../../src/surface/approvals.ts';
import { parseSurface } from '../../src/surface/read-surface.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { debOf } from '../debian/deb/craft.ts';
import { keySigner } from '../rig/key-signer.ts';
import { vexText } from '../rig/vex.ts';
import { aSurface } from '../surface/surfaces.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { effort } from './effort.ts';
import { mutatedBytes } from './mutate.ts';
import { randomOf } from './random.ts';
import { fuzzed, type Target } from './targets.ts';

const inputs = effort(200);
const digest = `sha256:${'a'.repeat(64)}`;
const signer = keySigner();
const statement = JSON.stringify({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'time', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'https://mcpcat.dev/run-profile/v1',
  predicate: { network: [] },
});

const locked: LockedServer = {
  source: 'npm:left-pad',
  version: '1.0.0',
  image: { repository: null, digest },
  tools: { pad: digest },
  permissions: {
    network: ['example.com'],
    mounts: { data: 'ro /data' },
    ...{ state: {}, writable: ['/tmp'], settings: ['KEY'], secrets: [] },
    ...{ memoryBytes: 256, cpus: 1, pids: 64, shmBytes: 0 },
  },
};

/** It has nothing to say but whether it can be read. */
const silent = (read: (text: string) => unknown): Target['read'] => {
  return (text) => {
    read(text);
    return [];
  };
};

const osv = {
  id: 'GHSA-1',
  modified: '2026-11-01T00:00:00Z',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'left-pad' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0-rc.1+b' }] }],
      versions: ['1.0.0'],
    },
  ],
};

function osvVerdicts(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  OsvOutline.safeParse(value);
  const record = OsvRecord.safeParse(value);
  for (const affected of record.data?.affected ?? [])
    for (const ecosystem of ['npm', 'PyPI', 'Go', 'Debian:13'] as const) {
      if (record.data !== undefined) severityOf(record.data, affected);
      if (nonsenseOf(affected, ecosystem) !== undefined) continue;
      verdictOf(affected, { ecosystem, name: 'left-pad', version: '1.0.0' });
    }
}

const statuses = [
  '{"status":"Success"}',
  '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}',
  '{"status":"Failure","message":"no such container","details":{"causes":null}}',
  '{"status":"Failure","details":{"causes":{"reason":"ExitCode"}},"message":7}',
];

const targets: Readonly<Record<string, Target>> = {
  'a kubeconfig': {
    seeds: [
      'clusters: [{name: a, cluster: {server: "https://10.0.0.1:6443", certificate-authority: ca.pem}}]\nusers:\n- name: u\n  user:\n    exec: {apiVersion: v1, command: login, args: [x], env: [{name: A, value: b}]}\ncontexts: [{name: dev, context: {cluster: a, user: u}}]\n',
    ],
    read: silent((text) => chooseContext([{ file: 'config', text }], 'dev')),
  },
  'the status of an exec in a cluster': {
    seeds: statuses,
    read: silent((text) => endOf(Buffer.from(text), '1000')),
  },
  'an answer of an API server': { seeds: statuses, read: silent((text) => refusalIn(403, text)) },
  'a bundle of a signed statement': {
    seeds: [signer.sign(statement)],
    read: silent((text) =>
      signedStatement(text, {
        policy: { kind: 'key', publicKey: signer.signing.publicKey },
        trustedRoot: '{}',
      }),
    ),
  },
  'signing.json': {
    seeds: [JSON.stringify(signer.signing)],
    read: silent((text) => signingOfText(text, 'signing.json')),
  },
  'a signed note': {
    seeds: [
      'go.sum database tree\n7\nAAAA\n\n— sum.golang.org Az3grnmrIUEDFqHzAElIQCPNoRFRAAdFo47fooyWKMk89k11GJh5zHIfNCOBmwn3C3YnJ8oW9/C8DJ87F61QqspBYwM=\n',
    ],
    read: silent((text) => openNote(text, noteKey(sumDatabaseKey))),
  },
  'a record of OSV': { seeds: [JSON.stringify(osv)], read: silent(osvVerdicts) },
  'an OpenVEX document': {
    seeds: [
      vexText([
        {
          vulnerability: { name: 'CVE-2026-1' },
          products: [{ '@id': 'pkg:npm/left-pad' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path',
          impact_statement: 'It pads on the right alone.',
          status_notes: 'until 2027-03-01',
        },
      ]),
    ],
    read: silent((text) => parseVex(text, 'vex.json')),
  },
  'mcp-lock.json': {
    seeds: [lockText({ one: locked })],
    read: silent((text) => parseMcpLock(text, 'mcp-lock.json')),
  },
  'a profile': {
    seeds: [
      'description: for work\ndefaults: {maxResult: 1k}\nservers:\n  a: {tools: {allow: [read_*]}, mounts: {data: /home/ada/x}}\n  b: {}\n',
    ],
    read: (text) => {
      const places = { home: '/home/ada', path: path.posix, localPath: (one: string): string => one };
      const parsed = parseProfile({ name: 'work', file: 'work.yaml', text }, places);
      const problems = 'profile' in parsed ? parsed.profile.problems : parsed.problems;
      return problems.map((problem) => visible(problemText(problem)));
    },
  },
  'a client’s JSON': {
    seeds: [
      '// mine\n{"mcpServers": {"a": {"command": "npx", "args": ["-y", "x"],},}, /* b */ "other": [1, {"x": null}]}\n',
    ],
    read: silent((text) => readServers('json', text, { keyPath: ['mcpServers'], isList: false })),
  },
  'a client’s TOML': {
    seeds: [
      '# mine\n[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "x"]\n[mcp_servers."b.c".env]\nKEY = \'v\'\nn = 0x10\nd = 2026-11-27\n[[list]]\nname = "x"\n',
    ],
    read: silent((text) => readServers('toml', text, { keyPath: ['mcp_servers'], isList: false })),
  },
  'a client’s YAML': {
    seeds: ['# mine\nmcpServers:\n  a: &x\n    command: npx\n    args: [-y, x]\n  b: *x\nother: |\n  text\n'],
    read: silent((text) => readServers('yaml', text, { keyPath: ['mcpServers'], isList: false })),
  },
  'surface.json': {
    seeds: [surfaceText(aSurface())],
    read: silent((text) => parseSurface(text, 'surface.json')),
  },
  'a file of approvals': {
    seeds: [`# mine\nweather forecast ${digest} 2026-11-27\nweather "a b" ${digest} 2026-11-27\n`],
    read: silent((text) => parseApprovals(text, 'approvals')),
  },
  'what apt says that it would install': {
    seeds: [
      `Inst libc6 (2.41-12 Debian:13 [amd64])\n${recordsMark}\nPackage: libc6\nVersion: 2.41-12\nArchitecture: amd64\nFilename: pool/main/g/glibc/libc6_2.41-12_amd64.deb\nSize: 100\nSHA256: ${'a'.repeat(64)}\n`,
    ],
    read: silent((text) =>
      readPlan(text, { debian: '20261101T000000Z', 'debian-security': '20261101T000000Z' }),
    ),
  },
  'the head of a request': {
    seeds: ['GET http://a.example/x HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n'],
    read: silent((text) => requestHosts(Buffer.from(text))),
  },
};

fuzzed(targets, { inputs, seed: 23 });

test('a client’s file that is only looked at gives what the editor of it gives, or an error of ours', async () => {
  const place = { keyPath: ['mcp_servers'], isList: false };
  for (const text of [
    '[mcp_servers',
    'a = 9999999999999999999999',
    'mcp_servers = 1',
    '[mcp_servers.__proto__]\nx = 1',
  ])
    try {
      await serversIn('toml', text, place);
    } catch (error) {
      assert.ok(error instanceof McpcatError, String(error));
    }
});

test(
  `${String(inputs)} times broken, a package of Debian’s is unpacked or refused`,
  { timeout: 120_000 },
  async (t) => {
    const random = randomOf(24);
    const file = await debOf(t, [
      { header: { name: './usr/', type: 'directory' } },
      { header: { name: './usr/x', mode: 0o755 }, content: 'program' },
      { header: { name: './usr/y', type: 'symlink', linkname: 'x' } },
    ]);
    const seed = readFileSync(file);
    const broken = path.join(temporaryFolder(t), 'broken.deb');
    let refused = 0;
    for (let index = 0; index < inputs; index++) {
      writeFileSync(broken, mutatedBytes(seed, random));
      try {
        const { entries } = await unpackDeb(broken, { subject: 'broken 1' });
        assert.ok(entries.every(({ name }) => !name.split('/').includes('..')));
      } catch (error) {
        assert.ok(error instanceof McpcatError, error instanceof Error ? error.stack : String(error));
        refused++;
      }
    }
    assert.ok(refused > inputs / 2 && refused < inputs, String(refused));
  },
);
