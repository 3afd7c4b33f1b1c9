import type Docker from 'dockerode';
import type { EngineInfo, Platform } from '../engine.ts';
import { fieldsOf, textOf } from './json.ts';
import { securityNames } from './security-names.ts';

/** Joins `GET /info` and `GET /version`. */
export async function engineInfo(docker: Docker): Promise<EngineInfo> {
  const [info, version] = await Promise.all([
    docker.info() as Promise<Record<string, unknown>>,
    docker.version(),
  ]);
  const securityOptions = securityNames(info);
  const components = (version.Components ?? []).map(({ Name }) => Name);
  return {
    name: components.some((name) => name.startsWith('Podman')) ? 'podman' : 'docker',
    version: version.Version,
    apiVersion: version.ApiVersion,
    platform: platformOf(textOf(info['Architecture'])),
    kernel: textOf(info['KernelVersion']),
    operatingSystem: textOf(info['OperatingSystem']),
    storageDriver: textOf(info['Driver']),
    cgroupVersion: cgroups(info['CgroupVersion']),
    rootless: securityOptions.includes('rootless'),
    securityOptions,
    limits: {
      memory: info['MemoryLimit'] === true,
      swap: info['SwapLimit'] === true,
      cpu: info['CpuCfsQuota'] === true,
      pids: info['PidsLimit'] === true,
    },
    cpus: Number(info['NCPU']),
    memoryBytes: Number(info['MemTotal']),
    runtimes: Object.keys(fieldsOf(info['Runtimes'])).toSorted(),
  };
}

function platformOf(architecture: string): Platform {
  return architecture === 'aarch64' || architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}

function cgroups(value: unknown): '1' | '2' | 'unknown' {
  return value === '1' || value === '2' ? value : 'unknown';
}
