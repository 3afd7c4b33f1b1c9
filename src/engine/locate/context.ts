import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Env, Host } from '../../host/host.ts';
import { McpcatError } from '../../lib/errors.ts';
import { addressOf, type Address, type Tls } from './address.ts';

/** Where the docker command keeps what it knows. */
interface Places {
  readonly env: Env;
  readonly host: Host;
}

/** The docker command's folder of configuration. */
export function configFolder({ env, host }: Places): string {
  return env['DOCKER_CONFIG'] || path.join(host.home(env), '.docker');
}

/** The name of the current docker context, or undefined for the default one. */
export function currentContext(places: Places): string | undefined {
  const configured = field(readJson(path.join(configFolder(places), 'config.json')), 'currentContext');
  const name = places.env['DOCKER_CONTEXT'] || configured;
  return name === undefined || name === 'default' ? undefined : name;
}

/** Reads a docker context's endpoint and TLS material: `contexts/meta/<sha256 of its name>/meta.json`. */
export function contextAddress(name: string, places: Places): Address {
  // Loaded here, because it costs milliseconds and most launches need no context.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const id = createHash('sha256').update(name).digest('hex');
  const folder = path.join(configFolder(places), 'contexts');
  const file = path.join(folder, 'meta', id, 'meta.json');
  const host = field(child(child(readJson(file), 'Endpoints'), 'docker'), 'Host');
  if (host === undefined) throw noContext(name, file);
  return addressOf(host, tlsOf(path.join(folder, 'tls', id, 'docker')));
}

/** A file that is there and says no address is no missing context: another repair is due. */
function noContext(name: string, file: string): McpcatError {
  return existsSync(file)
    ? new McpcatError(
        'engine-missing',
        `docker context "${name}": expected its engine's address (Endpoints.docker.Host) in ${file}, found none`,
        { hint: `docker context rm ${name} removes it, docker context create makes it anew` },
      )
    : new McpcatError('engine-missing', `there is no docker context "${name}"`, {
        hint: 'docker context ls shows those there are',
      });
}

/** Client certificates of a folder with ca.pem, cert.pem and key.pem; undefined if it has none of them. */
export function tlsOf(folder: string): Tls | undefined {
  const files = ['ca.pem', 'cert.pem', 'key.pem'].map((file) => path.join(folder, file));
  const missing = files.find((file) => !existsSync(file));
  if (files.every((file) => !existsSync(file))) return undefined;
  // With a part of it the engine would be spoken to in another way than was set up: without TLS.
  if (missing !== undefined)
    throw new McpcatError(
      'engine-missing',
      `expected ca.pem, cert.pem and key.pem in ${folder}, found no ${path.basename(missing)}`,
    );
  const [ca = '', cert = '', key = ''] = files.map((file) => readFileSync(file, 'utf8'));
  return { ca, cert, key };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // absent or not ours to judge: the docker command goes on with a warning, doctor says it
  }
}

function child(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function field(value: unknown, name: string): string | undefined {
  const found = child(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
