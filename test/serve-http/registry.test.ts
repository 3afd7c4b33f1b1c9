import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry, type Known } from '../../src/serve-http/registry.ts';

interface Client extends Known {
  readonly name: string;
  isBusy: boolean;
  closed: boolean;
}

const clientOf = (name: string): Client => {
  const client: Client = {
    name,
    isBusy: false,
    closed: false,
    close: async () => void (client.closed = true),
  };
  return client;
};

test('of 10,000 clients that come and say nothing more as many are kept as there is room for, the last ones', () => {
  const registry = new Registry<Client>({ max: 50, idleMs: 1000 }, () => 0);
  const all = Array.from({ length: 10_000 }, (_, index) => clientOf(String(index)));
  for (const client of all) {
    assert.ok(registry.makeRoom());
    registry.add(client.name, client);
  }
  assert.equal(registry.size, 50);
  assert.deepEqual(
    all.filter(({ closed }) => !closed),
    all.slice(-50),
  );
});

test('who is used stays before who is not, and who is busy stays in any case', () => {
  const registry = new Registry<Client>({ max: 2, idleMs: 1000 }, () => 0);
  const [one, two, three] = [clientOf('1'), clientOf('2'), clientOf('3')];
  registry.add('1', one);
  registry.add('2', two);
  assert.equal(registry.get('1'), one);
  registry.makeRoom();
  assert.deepEqual([one.closed, two.closed], [false, true]);
  registry.add('3', three);
  one.isBusy = true;
  three.isBusy = true;
  assert.equal(registry.makeRoom(), false);
  assert.equal(registry.size, 2);
});

test('a client that has been quiet for too long is closed, unless it is busy', () => {
  let now = 0;
  const registry = new Registry<Client>({ max: 9, idleMs: 1000 }, () => now);
  const [quiet, used, busy] = [clientOf('quiet'), clientOf('used'), clientOf('busy')];
  for (const client of [quiet, used, busy]) registry.add(client.name, client);
  busy.isBusy = true;
  now = 900;
  registry.get('used');
  now = 1500;
  registry.expire();
  assert.deepEqual([quiet.closed, used.closed, busy.closed], [true, false, false]);
  assert.equal(registry.get('quiet'), undefined);
});
