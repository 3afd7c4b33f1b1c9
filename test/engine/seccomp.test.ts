import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seccompProfile } from '../../src/engine/seccomp/profile.ts';
import { permitted, withheld } from '../../src/engine/seccomp/system-calls.ts';

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly { readonly index: number; readonly value: number; readonly op: string }[];
}
const profile = JSON.parse(seccompProfile) as {
  readonly defaultAction: string;
  readonly archMap: readonly {
    readonly architecture: string;
    readonly subArchitectures: readonly string[];
  }[];
  readonly syscalls: readonly Rule[];
};

/** What makes namespaces, changes mounts or the kernel, looks into others, or has been a way out again and again. */
const never = `unshare setns mount umount2 pivot_root chroot mount_setattr open_tree move_mount fsopen fsmount
  keyctl add_key request_key bpf perf_event_open userfaultfd init_module finit_module delete_module kexec_load
  kexec_file_load reboot swapon swapoff acct settimeofday clock_settime iopl ioperm open_by_handle_at quotactl
  sethostname setdomainname syslog vhangup io_uring_setup io_uring_enter io_uring_register pidfd_getfd kcmp nfsservctl
  lookup_dcookie uselib`.split(/\s+/);

test('what is not named is refused, and nothing dangerous is named', () => {
  assert.equal(profile.defaultAction, 'SCMP_ACT_ERRNO');
  const named = new Set(
    profile.syscalls.flatMap(({ names, action }) => (action === 'SCMP_ACT_ALLOW' ? names : [])),
  );
  for (const name of [...never, ...withheld]) assert.ok(!named.has(name), name);
  // Of these some arguments only.
  for (const name of ['socket', 'clone', 'personality', 'clone3']) assert.ok(!permitted.includes(name), name);
});

test('sockets are of four families, new namespaces of none, and clone3 looks as if there were none', () => {
  const rules = (name: string): readonly Rule[] =>
    profile.syscalls.filter(({ names }) => names.includes(name));
  assert.deepEqual(
    rules('socket').map(({ args }) => args?.[0]?.value),
    [1, 2, 10, 16],
  );
  const [clone] = rules('clone');
  // CLONE_NEWNS and six more (linux/sched.h).
  const kinds = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];
  for (const kind of kinds) assert.equal((clone?.args?.[0]?.value ?? 0) & kind, kind);
  assert.deepEqual(rules('clone3'), [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
});

test('of each processor only the native calls are named', () => {
  const kin = profile.archMap.flatMap(({ subArchitectures }) => subArchitectures);
  assert.deepEqual([profile.archMap.length, kin], [2, []]);
});

test('each name is there once', () => {
  assert.equal(new Set(permitted).size, permitted.length);
  for (const name of permitted) assert.match(name, /^[a-z][a-z0-9_]+$/);
});
