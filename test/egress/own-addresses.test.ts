import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { realDial, type Dialled } from '../../src/egress/dial.ts';
import { hostsFile } from '../../src/egress/hosts-file.ts';
import { Resolver } from '../../src/egress/resolver.ts';
import { OwnAddresses, type Interfaces } from '../../src/egress/own-addresses.ts';

/** A machine with public addresses, as servers have them. */
const machine: Interfaces = {
  lo: [{ address: '127.0.0.1', cidr: '127.0.0.1/8' }],
  eth0: [
    { address: '198.41.0.4', cidr: '198.41.0.4/24' },
    { address: '2600:1f18:1::5', cidr: '2600:1f18:1::5/64' },
    { address: 'fe80::1%eth0', cidr: 'fe80::1/64' },
  ],
  ppp0: [{ address: '8.20.30.40', cidr: '8.20.30.40/32' }],
  vpn0: [{ address: '9.9.9.1', cidr: '9.9.9.1/1' }],
  odd0: [{ address: 'none', cidr: null }],
  gone0: undefined,
};

test('own addresses, and those on own networks, are known for what they are', () => {
  const own = new OwnAddresses(() => machine);
  const mine = { what: 'an address of this machine', allowable: true };
  const near = { what: 'an address on its own network', allowable: true };
  for (const address of ['198.41.0.4', '2600:1f18:1::5', '8.20.30.40', '9.9.9.1'])
    assert.deepEqual(own.refusalOf(address), mine, address);
  for (const address of ['198.41.0.9', '2600:1f18:1::99', '2600:1f18:1:0:ffff::'])
    assert.deepEqual(own.refusalOf(address), near, address);
  for (const address of ['198.41.1.4', '2600:1f18:1:1::5', '8.20.30.41', '9.9.9.2', '1.1.1.1'])
    assert.equal(own.refusalOf(address), undefined, address);
});

test('interfaces are read again after a while, not at every connection', () => {
  let read = 0;
  const own = new OwnAddresses(() => {
    read++;
    return machine;
  });
  for (let index = 0; index < 1000; index++) own.refusalOf('1.1.1.1');
  assert.equal(read, 1);
});

function dial(addresses: readonly string[], mode: 'allowed' | 'refused'): Promise<Dialled> {
  const signal = AbortSignal.timeout(50);
  const lookup = (): Promise<readonly string[]> => Promise.resolve(addresses);
  const request = { name: 'h.example.com', port: 9, private: mode, signal } as const;
  return realDial({ lookup, interfaces: () => machine })(request);
}

test('a public name that leads to this machine or its neighbour is refused before any connection', async () => {
  const own = await dial(['198.41.0.4'], 'refused');
  assert.deepEqual(own, {
    outcome: 'refused',
    reason: 'it leads to 198.41.0.4, an address of this machine',
    address: '198.41.0.4',
    allow: 'h.example.com:9',
  });
  const neighbour = await dial(['1.1.1.1', '2600:1f18:1::99'], 'refused');
  assert.equal(neighbour.outcome, 'refused');
  assert.match(neighbour.outcome === 'refused' ? neighbour.reason : '', /an address on its own network/);
});

test('the hosts file gives a name its addresses, and no other name', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-hosts-'));
  const file = path.join(folder, 'hosts');
  writeFileSync(
    file,
    '127.0.0.1 localhost\n# 10.0.0.9 nas\n192.168.1.5\tNAS.lan nas # the box\nfd00::5 nas\nnonsense nas\n',
  );
  const lookup = hostsFile(file);
  assert.deepEqual(lookup('nas'), ['192.168.1.5', 'fd00::5']);
  assert.deepEqual(lookup('nas.lan'), ['192.168.1.5']);
  assert.deepEqual(lookup('as'), []);
  writeFileSync(file, '192.168.1.6 nas other\n');
  assert.deepEqual(lookup('nas'), ['192.168.1.6'], 'it is read again when it has changed');
  rmSync(file);
  assert.deepEqual(lookup('nas'), []);
  assert.deepEqual(hostsFile(folder)('nas'), []);
  rmSync(folder, { recursive: true });
});

test('the system is asked for the name and no other, whatever its search list', async () => {
  // .invalid never exists (RFC 6761), and localhost always does.
  const resolver = new Resolver();
  const signal = new AbortController().signal;
  await assert.rejects(resolver.resolve('nowhere.invalid', signal), /the name does not resolve/);
  const found = await resolver.resolve('localhost', signal);
  assert.ok(found.includes('127.0.0.1') || found.includes('::1'));
});
