import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = '/sys/fs/cgroup';
const prefix = 'mcpcat-node-';

/** One per hierarchy: in version 2 there is one, in version 1 one for each controller. */
function hierarchies(): string[] {
  if (existsSync(`${root}/cgroup.controllers`)) return [root];
  return readdirSync(root)
    .map((name) => path.join(root, name))
    .filter((folder) => existsSync(`${folder}/cgroup.procs`));
}

/** Makes the control groups that hold the node's pods, named by our process id. Resolves to the name for kubelet. */
export function makeControlGroups(): string {
  removeControlGroups((pid) => !existsSync(`/proc/${String(pid)}`));
  const name = `${prefix}${String(process.pid)}`;
  for (const hierarchy of hierarchies()) {
    const folder = path.join(hierarchy, name);
    mkdirSync(folder);
    // Of version 1: empty until somebody says otherwise, and nothing starts in an empty one.
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (existsSync(path.join(hierarchy, file)) && existsSync(path.join(folder, file)))
        writeFileSync(path.join(folder, file), readFileSync(path.join(hierarchy, file)));
  }
  return `/${name}`;
}

/** Removes those of the processes that are named, with all below; whatever ran in them has ended. */
export function removeControlGroups(of: (pid: number) => boolean): void {
  for (const hierarchy of hierarchies())
    for (const name of readdirSync(hierarchy))
      if (name.startsWith(prefix) && of(Number(name.slice(prefix.length))))
        remove(path.join(hierarchy, name));
}

function remove(folder: string): void {
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    remove(path.join(folder, name));
  rmdirSync(folder);
}
