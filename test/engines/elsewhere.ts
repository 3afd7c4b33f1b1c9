/**
 * An engine that is reached over a real sshd and over TLS with client certificates. Run by engines.ts, with DOCKER_HOST
 * and MCPCAT_ENGINE_TREE, the root file system that the sshd runs in. It speaks on its standard streams (`sshd -i`), so
 * that no port is open to anybody.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { label } from '../../src/lib/labels.ts';
import { eventually, run, testEngine } from '../rig/engine.ts';
import { talk } from '../rig/talk.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-elsewhere-'));
const socket = (process.env['DOCKER_HOST'] ?? '').replace('unix://', '');
const at = (name: string): string => path.join(folder, name);
const openssl = (...args: readonly string[]): unknown =>
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

before(() => {
  makeSsh();
  makeCertificates();
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Keys of both sides, and an `ssh` that is the system's with a configuration of the test's own. */
function makeSsh(): void {
  for (const key of ['host', 'user', 'stranger'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  writeFileSync(at('authorized'), readFileSync(at('user.pub')));
  writeFileSync(at('known'), `far ${readFileSync(at('host.pub'), 'utf8')}`);
  const server = [
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized')}`,
    'UsePAM no',
    'StrictModes no',
  ];
  writeFileSync(at('sshd_config'), [...server, 'PermitRootLogin prohibit-password', ''].join('\n'));
  mkdirSync(at('run'));
  const sshd = `mkdir -p /run/sshd && exec /usr/sbin/sshd -i -e -f ${at('sshd_config')}`;
  const enter = path.join(import.meta.dirname, 'enter.sh');
  const tree = process.env['MCPCAT_ENGINE_TREE'] ?? '';
  writeFileSync(
    at('proxy'),
    `#!/bin/sh\nexec unshare --mount --net --fork --kill-child sh ${enter} ${tree} $(mktemp -d ${at('run')}/XXXXXX) sh -c '${sshd}'\n`,
  );
  mkdirSync(at('bin'));
  const config = [
    'Host far',
    `  ProxyCommand ${at('proxy')}`,
    `  IdentityFile ${at('user')}`,
    `  UserKnownHostsFile ${at('known')}`,
  ];
  writeFileSync(at('config'), [...config, '  IdentitiesOnly yes', ''].join('\n'));
  writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('config')} "$@"\n`);
  for (const program of ['proxy', 'bin/ssh']) chmodSync(at(program), 0o755);
}

/** An authority, and a certificate of it for either side. */
function makeCertificates(): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=ca', '-keyout', 'ca-key.pem', '-out', 'ca.pem');
  for (const [name, use] of [
    ['server', 'serverAuth'],
    ['client', 'clientAuth'],
  ] as const) {
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`);
    writeFileSync(at('ext'), `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${use}\n`);
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'ext',
    ];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}-cert.pem`);
  }
  mkdirSync(at('certs'));
  for (const [from, to] of [
    ['ca.pem', 'ca.pem'],
    ['client-cert.pem', 'cert.pem'],
    ['client-key.pem', 'key.pem'],
  ] as const)
    writeFileSync(at(`certs/${to}`), readFileSync(at(from)));
}

async function gone(): Promise<void> {
  const engine = await testEngine();
  await eventually(
    () => engine.listContainers({ [label.owner]: '' }),
    (all) => all.length === 0,
  );
}

const overSsh = (): Record<string, string> => ({
  PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`,
  DOCKER_HOST: `ssh://root@far${socket}`,
});

test('over ssh a session answers, is shown, and is gone when its input ends', async () => {
  const client = await talk(['everything'], overSsh());
  assert.match(JSON.stringify(await client.call('echo', { message: 'far' })), /Echo: far/);
  const { stdout } = await run(['ps'], { env: overSsh() });
  assert.match(stdout, /everything/);
  await client.close();
  await gone();
});

test('over ssh a launcher that is killed leaves nothing', async () => {
  const client = await talk(['everything'], overSsh());
  await client.kill();
  await gone();
});

test('over ssh a folder of this machine is refused, and a key that is not known there too', async () => {
  const mounted = await run(['run', 'filesystem', '--mount', `data=${folder}`], { env: overSsh() });
  assert.deepEqual([mounted.code, /is on another machine/.test(mounted.stderr)], [3, true], mounted.stderr);
  writeFileSync(at('config'), readFileSync(at('config'), 'utf8').replace(at('user'), at('stranger')));
  const denied = await run(['ps'], { env: overSsh() });
  assert.deepEqual([denied.code, /Permission denied/.test(denied.stderr)], [3, true], denied.stderr);
});

test('over TLS a session answers to a client with its certificate, and to no other', async () => {
  const pem = (name: string): Buffer => readFileSync(at(name));
  const server = tls.createServer(
    {
      key: pem('server-key.pem'),
      cert: pem('server-cert.pem'),
      ca: pem('ca.pem'),
      requestCert: true,
      allowHalfOpen: true,
    },
    (client) => {
      const engine = connect({ path: socket, allowHalfOpen: true });
      for (const stream of [client, engine]) stream.on('error', () => undefined);
      client.pipe(engine).pipe(client);
      client.once('close', () => engine.destroy());
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const DOCKER_HOST = `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  try {
    const env = { DOCKER_HOST, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: at('certs') };
    const client = await talk(['everything'], env);
    assert.match(JSON.stringify(await client.call('echo', { message: 'tls' })), /Echo: tls/);
    await client.close();
    await gone();
    for (const name of ['cert.pem', 'key.pem']) rmSync(at(`certs/${name}`));
    const without = await run(['ps'], { env });
    assert.equal(without.code, 3, without.stderr);
    const clear = await run(['ps'], { env: { DOCKER_HOST, DOCKER_TLS_VERIFY: '' } });
    assert.equal(clear.code, 3, clear.stderr);
  } finally {
    server.close();
  }
});
