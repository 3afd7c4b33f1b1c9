/** In a process of its own each time, because what is set holds for the whole process. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { McpcatError } from '../../src/lib/errors.ts';
import { readAuthorities } from '../../src/lib/use-network.ts';
import { writeAuthorities } from '../../src/lib/write-authorities.ts';

const timeout = 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-use-network-'));
after(() => rmSync(folder, { recursive: true }));
const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
execFileSync(
  'openssl',
  // prettier-ignore
  ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=company', '-addext', 'subjectAltName=DNS:registry.example.com', '-keyout', key, '-out', cert],
  { stdio: 'ignore' },
);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** What a process that uses these settings gets for a request of src/lib/http.ts. */
async function get(settings: object): Promise<string> {
  const script = `
    import { useNetwork } from ${JSON.stringify(path.resolve('src/lib/use-network.ts'))};
    import { httpGet } from ${JSON.stringify(path.resolve('src/lib/http.ts'))};
    try {
      useNetwork(${JSON.stringify(settings)});
      const response = await httpGet('https://registry.example.com/x', { subject: 'x', attempts: 1 });
      console.log(await response.text());
    } catch (error) {
      console.log(String(error.code), String(error.message));
    }`;
  const file = path.join(folder, 'get.ts');
  writeFileSync(file, script);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return stdout.trim();
}

test('what is fetched goes through the proxy and is believed by its authority', { timeout }, async () => {
  const tls = { key: readFileSync(key), cert: readFileSync(cert) };
  const registry = createHttps(tls, (_request, response) => response.end('from the registry'));
  const port = await listening(registry);
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
    const there = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    socket
      .on('error', () => there.destroy())
      .pipe(there)
      .on('error', () => socket.destroy())
      .pipe(socket);
  });
  const at = `http://u:p@127.0.0.1:${String(await listening(proxy))}`;
  assert.equal(await get({ proxy: at, ca: cert }), 'from the registry');
  assert.deepEqual(asked, [`registry.example.com:443 Basic ${Buffer.from('u:p').toString('base64')}`]);
  assert.match(await get({ proxy: at }), /^upstream-unavailable .*self-signed certificate/);
  assert.match(await get({ proxy: at, ca: cert, noProxy: ['example.com'] }), /^upstream-unavailable /);
  assert.equal(asked.length, 2);
  registry.close();
  proxy.close();
  registry.closeAllConnections();
  proxy.closeAllConnections();
});

test(
  'a server is handed all that this machine trusts and the further ones, to be read by anybody',
  { timeout },
  async () => {
    const cache = path.join(folder, 'cache');
    const written = await writeAuthorities(cert, cache);
    assert.equal(await writeAuthorities(cert, cache), written);
    const text = (name: string): string => readFileSync(path.join(written, name), 'utf8');
    const own = readFileSync(cert, 'utf8').trim();
    assert.equal(text('further.pem').trim(), own);
    assert.ok(text('all.pem').includes(own));
    assert.ok(text('all.pem').split('BEGIN CERTIFICATE').length > 100);
    assert.equal(statSync(written).mode & 0o777, 0o755);
    assert.equal(statSync(path.join(written, 'all.pem')).mode & 0o777, 0o644);
  },
);

test('a certificate that is cut off ends nothing: it is handed on as it is', async () => {
  const own = readFileSync(cert, 'utf8').trim();
  const cut = own.replace(/\n[^\n]+\n[^\n]+(?=\n-----END)/, '');
  const file = path.join(folder, 'cut.pem');
  writeFileSync(file, `${cut}\n${own}\n`);
  const written = await writeAuthorities(file, path.join(folder, 'cache-of-cut'));
  assert.equal(readFileSync(path.join(written, 'further.pem'), 'utf8'), `${cut}\n${own}\n`);
  assert.ok(statSync(path.join(written, 'all.jks')).size > 0);
  assert.match(
    await get({ ca: file }),
    /^usage ca: expected certificates in PEM, found one in .*cut\.pem that can't/,
  );
});

test('the store of Java is made once, and again where it was lost', async () => {
  const cache = path.join(folder, 'cache-of-java');
  const java = path.join(await writeAuthorities(cert, cache), 'all.jks');
  const [made, bytes] = [statSync(java), readFileSync(java)];
  await writeAuthorities(cert, cache);
  assert.equal(statSync(java).ino, made.ino);
  for (const lose of [() => rmSync(java), () => writeFileSync(java, '')]) {
    lose();
    await writeAuthorities(cert, cache);
    assert.deepEqual(readFileSync(java), bytes);
    assert.equal(statSync(java).mode & 0o777, 0o644);
  }
});

test('a file without certificates is refused by its name', () => {
  const empty = path.join(folder, 'empty.pem');
  writeFileSync(empty, 'nothing');
  for (const file of [empty, path.join(folder, 'missing.pem')])
    assert.throws(
      () => readAuthorities(file),
      (error) => error instanceof McpcatError && error.code === 'usage' && error.message.includes(file),
    );
  assert.equal(readAuthorities(cert).length, 1);
});
