import { permitted } from './system-calls.ts';

/** Linux sys/socket.h: the families that programs use; process 1 permits the same (src/init/confine.c). */
const socketFamilies = [1 /* unix */, 2 /* inet */, 10 /* inet6 */, 16 /* netlink */];
/** A new namespace of any kind (sched.h, CLONE_NEW…): of a cgroup, UTS, IPC, user, pid and network one, and of mounts. */
const newNamespaces = 0x7e020000;
/** Linux personality.h: an ordinary program's, and the question which one it is. */
const personalities = [0, 0xffffffff];
/** So that the C library falls back to clone, whose flags a filter can see (ENOSYS). */
const noSuchCall = 38;

interface Argument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ';
}

/**
 * Our own filter of system calls, the same for every engine, because their own differ: Podman's lets a program make
 * user namespaces and use the kernel's keyrings, and each release of an engine changes its own. As JSON in the form
 * that Docker and Podman read (OCI runtime-spec, config-linux, "Seccomp", with `archMap` and `names`).
 */
export const seccompProfile: string = JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  archMap: [
    // Without their 32-bit kin: for each, the runtime would make a filter of its own, a third of its time for a start,
    // for calls that process 1 refuses anyway. Who makes one is killed by the kernel (docs/decisions/0081).
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: [] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
  ],
  syscalls: [
    allow(permitted),
    ...socketFamilies.map((value) => allow(['socket'], { index: 0, value, op: 'SCMP_CMP_EQ' })),
    ...personalities.map((value) => allow(['personality'], { index: 0, value, op: 'SCMP_CMP_EQ' })),
    allow(['clone'], { index: 0, value: newNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: noSuchCall },
  ],
});

function allow(names: readonly string[], ...args: readonly Argument[]): unknown {
  return { names, action: 'SCMP_ACT_ALLOW', args };
}
