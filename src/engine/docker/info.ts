import type Docker from 'dockerode';
import type { EngineInfo, Platform } from '../engine.ts';
import { fieldsOf, textOf } from '../json.ts';
import { securityNames } from './security-names.ts';

/** Joins `GET /info` and `GET /version`. */
export async function engineInfo(docker: Docker): Promise<EngineInfo> {
  const [info, version] = await Promise.all([
    docker.info() as Promise<Record<string, unknown>>,
    docker.version(),
  ]);
  const securityOptions = securityNames(info);
  const components = (version.Components ?? []).map(({ Name }) => Name);
  const name = components.some((one) => one.startsWith('Podman')) ? 'podman' : 'docker';
  return {
    name,
    version: version.Version,
    apiVersion: version.ApiVersion,
    platform: platformOf(textOf(info['Architecture'])),
    kernel: textOf(info['KernelVersion']),
    operatingSystem: textOf(info['OperatingSystem']),
    storageDriver: textOf(info['Driver']),
    cgroupVersion: cgroups(info['CgroupVersion']),
    rootless: securityOptions.includes('rootless'),
    securityOptions,
    limits: name === 'podman' ? await limitsOfPodman(docker, info) : limitsOf(info),
    cpus: Number(info['NCPU']),
    memoryBytes: Number(info['MemTotal']),
    runtimes: Object.keys(fieldsOf(info['Runtimes'])).toSorted(),
  };
}

type Limits = EngineInfo['limits'];

function limitsOf(info: Readonly<Record<string, unknown>>): Limits {
  return {
    memory: info['MemoryLimit'] === true,
    swap: info['SwapLimit'] === true,
    cpu: info['CpuCfsQuota'] === true,
    pids: info['PidsLimit'] === true,
  };
}

/**
 * Its compatible API tells what the machine can limit, also where it has no control group of its own to do so (measured on
 * 5.4, rootless); its own API names the controllers that it has.
 */
async function limitsOfPodman(docker: Docker, info: Readonly<Record<string, unknown>>): Promise<Limits> {
  const { memory, swap, cpu, pids } = limitsOf(info);
  const controllers = await controllersOf(docker);
  const has = (name: string): boolean => controllers.includes(name);
  return {
    memory: memory && has('memory'),
    swap: swap && has('memory'),
    cpu: cpu && has('cpu'),
    pids: pids && has('pids'),
  };
}

/** None where it does not say: what is not known to be held counts as lacking. */
async function controllersOf(docker: Docker): Promise<readonly string[]> {
  const options = { path: '/v4.0.0/libpod/info', method: 'GET', statusCodes: { 200: true } };
  const answer = await new Promise<unknown>((resolve, reject) => {
    docker.modem.dial(options, (error: unknown, body: unknown) => {
      if (error === null || error === undefined) resolve(body);
      else reject(error instanceof Error ? error : new Error('no answer'));
    });
  });
  const controllers = fieldsOf(fieldsOf(answer)['host'])['cgroupControllers'];
  return Array.isArray(controllers) ? controllers.map(String) : [];
}

function platformOf(architecture: string): Platform {
  return architecture === 'aarch64' || architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}

function cgroups(value: unknown): '1' | '2' | 'unknown' {
  return value === '1' || value === '2' ? value : 'unknown';
}
