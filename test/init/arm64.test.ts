import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { initMake } from '../../src/base/init-make.ts';
import { crossTools } from './cross-tools.ts';
import { make, out, removeOutput } from './rig.ts';

const init = path.join(out, 'mcpcat-init');
const isNative = process.arch === 'arm64';
let emulator: readonly string[] = [];
before(
  () => {
    if (isNative) {
      make(...initMake({ platform: 'linux/arm64', cross: false }));
      return;
    }
    const tools = crossTools();
    emulator = [tools.emulator];
    process.env['PATH'] = `${tools.path}:${process.env['PATH'] ?? ''}`;
    process.env['LD_LIBRARY_PATH'] = tools.libraries;
    make(...initMake({ platform: 'linux/arm64', cross: true }), `CROSS_SPECS=${tools.specs}`);
  },
  { timeout: 300_000 },
);
after(removeOutput);

const programHeader = { load: 1, dynamic: 2, interpreter: 3 } as const;

/** Of the ELF header (System V ABI, chapter 4): word size, machine, and the types of the program headers. */
function elf(file: Buffer): { bits: number; machine: number; segments: number[] } {
  assert.equal(file.subarray(0, 4).toString('latin1'), '\x7fELF');
  const [offset, size, count] = [
    Number(file.readBigUInt64LE(32)),
    file.readUInt16LE(54),
    file.readUInt16LE(56),
  ];
  const segments = Array.from({ length: count }, (_, index) => file.readUInt32LE(offset + index * size));
  return { bits: file[4] === 2 ? 64 : 32, machine: file.readUInt16LE(18), segments };
}

test('the build for arm64 is a static AArch64 program of at most 100 KB', () => {
  const file = readFileSync(init);
  const { bits, machine, segments } = elf(file);
  assert.deepEqual([bits, machine], [64, 183]);
  assert.ok(segments.includes(programHeader.load));
  assert.ok(!segments.includes(programHeader.interpreter) && !segments.includes(programHeader.dynamic));
  assert.ok(file.length <= 100 * 1024, `${String(file.length)} bytes`);
});

/** Runs it on this machine, or emulated. */
function run(
  words: readonly string[],
  input = '',
): { status: number | null; stdout: string; stderr: string } {
  const [command = '', ...args] = [...emulator, init, ...words];
  return spawnSync(command, args, { input, encoding: 'utf8', timeout: 60_000 });
}

test('the build for arm64 runs and says its version', () => {
  const { status, stdout } = run(['--version']);
  assert.deepEqual([status, stdout], [0, 'mcpcat-init 1\n']);
});

// An emulator has no filter of system calls, and without one no server is started (decision 7): there it must refuse.
test(`the build for arm64 ${isNative ? 'guards a server' : 'starts no server under an emulator'}`, () => {
  const { status, stdout, stderr } = run(['--', 'sh', '-c', 'cat; exit 7'], 'hello\n');
  if (isNative) return assert.deepEqual([status, stdout], [7, 'hello\n']);
  assert.deepEqual([status, stdout], [125, '']);
  assert.match(stderr, /mcpcat-init: /);
});
