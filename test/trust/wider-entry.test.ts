import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProfileOf, type RunProfile } from '../../src/attest/run-profile.ts';
import { widerThan } from '../../src/trust/wider-entry.ts';
import { entryOfTest } from './rig.ts';

const mount = '{ name: data, description: It., target: /data, mode: ro }';
const base = `permissions: { mounts: [${mount}], state: [{ name: db, description: It., target: /db }], network: ["*.example.com:443"] }
limits: { memory: 256m, cpus: 1, pids: 64 }
shm: 64m
env: { KEY: { description: It., secret: true }, ZONE: { description: It. } }
`;
const profileOf = (more: string): RunProfile => runProfileOf(entryOfTest(more));
const signed = profileOf(base);

/** From, to, and what is said of it. */
const wider: readonly (readonly [string, string, RegExp])[] = [
  ['*.example.com:443', '*:443', /network/],
  ['*.example.com:443', '*.example.com:8443', /network/],
  ['*.example.com:443', '*.example.org:443', /network/],
  ['*.example.com:443', 'example.com.evil.example:443', /network/],
  ['mode: ro', 'mode: rw', /folder data \(rw\)/],
  ['target: /data', 'target: /other', /folder data/],
  ['target: /data', 'target: /data, kind: file', /folder data/],
  ['target: /data', 'target: /data, many: true', /folder data/],
  ['target: /data', 'target: /data, samePath: true', /folder data/],
  ['name: data', 'name: more', /folder more/],
  ['target: /db', 'target: /db2', /keeps from run to run: db/],
  ['name: db', 'name: db2', /keeps from run to run: db2/],
  ['permissions: {', 'permissions: { writable: [/tmp, /scratch],', /writes in memory at \/scratch/],
  ['memory: 256m', 'memory: 257m', /memoryBytes/],
  ['cpus: 1', 'cpus: 1.5', /cpus/],
  ['pids: 64', 'pids: 65', /pids/],
  ['shm: 64m', 'shm: 65m', /shmBytes/],
  ['secret: true', 'secret: false', /KEY would no longer be kept secret/],
  ['ZONE:', 'NODE_OPTIONS:', /setting NODE_OPTIONS/],
];

for (const [from, to, says] of wider)
  test(`what was signed with "${from}" does not hold for "${to}"`, () => {
    assert.ok(base.includes(from));
    assert.match(widerThan(signed, profileOf(base.replace(from, to))).join('\n'), says);
  });

test('the same, and less of anything, is no wider', () => {
  for (const [from, to] of [
    ['', ''],
    ['*.example.com:443', 'a.example.com:443'],
    [`mounts: [${mount}], `, ''],
    ['memory: 256m', 'memory: 64m'],
    ['shm: 64m\n', ''],
    ['KEY: { description: It., secret: true }, ', ''],
    ['ZONE: { description: It. }', 'ZONE: { description: It., secret: true }'],
  ] as const)
    assert.deepEqual(widerThan(signed, profileOf(base.replace(from, to))), [], to);
});

test('a profile of another server permits nothing, whatever it permits', () => {
  assert.deepEqual(widerThan({ ...signed, server: 'other' }, signed), ['it is of the server other']);
});
