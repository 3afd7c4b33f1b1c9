import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import tar from 'tar-stream';
import { MemoryRegistry } from './memory-registry.ts';
import { Registry, type RegistryOptions } from '../../src/registry/registry.ts';
import { repackImage, type PackedImage, type RepackOptions } from '../../src/registry/repack/repack.ts';

const run = promisify(execFile);
const program = '/usr/bin/docker-registry';

export const account = { username: 'cat', password: 'tuna-and-cream' };
/** bcrypt of the password above. */
const htpasswd = 'cat:$2b$05$abcdefghijklmnopqrstuusAWBhg.iReBJaZ/OWA7PLiKmUS.OlLu\n';

export interface OpenRegistry extends AsyncDisposable {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
}

/** A registry in memory, or the real one where test/docker/registries/real-registry.test.ts runs the same tests on it. */
export async function openRegistry(auth: 'none' | 'htpasswd' = 'none'): Promise<OpenRegistry> {
  if (process.env['MCPCAT_TEST_REGISTRY'] === 'real') return realRegistry(auth);
  return new MemoryRegistry(auth === 'none' ? undefined : account).listen();
}

export interface RealRegistry extends OpenRegistry {
  readonly folder: string;
}

/** The registry of Debian's package docker-registry on a free port of loopback, with a folder of its own. */
export async function realRegistry(auth: 'none' | 'htpasswd' | TokenAuth = 'none'): Promise<RealRegistry> {
  await installRegistry();
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-registry-'));
  writeFileSync(path.join(folder, 'htpasswd'), htpasswd);
  const config = {
    version: 0.1,
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', secret: 'of-a-test' },
    ...authConfig(auth, folder),
  };
  // YAML reads JSON.
  writeFileSync(path.join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn(program, ['serve', path.join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGKILL')) await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const lines: string[] = [];
  const host = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`docker-registry ended with ${String(code)}: ${lines.join('\n')}`));
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { host, folder, [Symbol.asyncDispose]: stop };
}

export interface TokenAuth {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM of the certificate that tokens are signed with. */
  readonly certificate: string;
}

function authConfig(auth: 'none' | 'htpasswd' | TokenAuth, folder: string): object {
  if (auth === 'none') return {};
  if (auth === 'htpasswd')
    return { auth: { htpasswd: { realm: 'test', path: path.join(folder, 'htpasswd') } } };
  const rootcertbundle = path.join(folder, 'token.pem');
  writeFileSync(rootcertbundle, auth.certificate);
  const { realm, service, issuer } = auth;
  return { auth: { token: { realm, service, issuer, rootcertbundle } } };
}

async function installRegistry(): Promise<void> {
  if (existsSync(program)) return;
  try {
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'docker-registry']);
  } catch (error) {
    throw new Error('these tests need a real registry: apt-get install docker-registry failed', {
      cause: error,
    });
  }
}

/** A key and a self-signed certificate for it, made by openssl. */
export async function selfSigned(): Promise<{ key: string; certificate: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-key-'));
  try {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const file = path.join(folder, 'key.pem');
    writeFileSync(file, key);
    const args = ['req', '-x509', '-new', '-key', file, '-subj', '/CN=test', '-days', '2'];
    return { key, certificate: (await run('openssl', args)).stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder for DOCKER_CONFIG that goes with the test. */
export function dockerConfig(config: object): { env: Record<string, string>; folder: string } & Disposable {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-docker-config-'));
  mkdirSync(path.join(folder, 'bin'));
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const env = { DOCKER_CONFIG: folder, HOME: folder, PATH: `${folder}/bin:/usr/bin:/bin` };
  return { env, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Writes `docker-credential-<name>`, a shell script. */
export function credentialHelper(folder: string, name: string, script: string): void {
  writeFileSync(path.join(folder, 'bin', `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, {
    mode: 0o755,
  });
}

/** A client that knows no credentials and does not wait long between attempts. */
export function client(host: string, options: Partial<RegistryOptions> = {}): Registry {
  const retryPolicy = { firstWait: 20, ...options.retryPolicy };
  return new Registry(host, { env: { DOCKER_CONFIG: '/nonexistent' }, ...options, retryPolicy });
}

export interface File {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly mtime?: Date;
  readonly mode?: number;
  readonly uid?: number;
  readonly uname?: string;
  readonly type?: 'file' | 'directory' | 'link' | 'symlink';
  readonly linkname?: string;
  readonly pax?: Record<string, string>;
}

export async function tarOf(files: readonly File[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content = '', ...header } of files) pack.entry(header, content);
  pack.finalize();
  return buffer(pack as AsyncIterable<Buffer>);
}

/** What `docker save` would write of an image with these layers. */
export async function savedImage(
  layers: readonly (readonly File[])[],
  config: object = {},
): Promise<Readable> {
  const names = layers.map((_, index) => `${String(index)}/layer.tar`);
  const tars = await Promise.all(layers.map(tarOf));
  const saved = { architecture: 'amd64', os: 'linux', config: { Cmd: ['/a'] }, ...config };
  const archive = await tarOf([
    ...tars.map((content, index) => ({ name: names[index] ?? '', content })),
    { name: 'config.json', content: JSON.stringify(saved) },
    {
      name: 'manifest.json',
      content: JSON.stringify([{ Config: 'config.json', RepoTags: [], Layers: names }]),
    },
  ]);
  return Readable.from([archive]);
}

export async function packedImage(
  layers: readonly (readonly File[])[],
  { config = {}, ...options }: RepackOptions & { config?: object } = {},
): Promise<PackedImage> {
  return repackImage(await savedImage(layers, config), options);
}
