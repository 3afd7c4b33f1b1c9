import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry, type Known } from '../../src/serve-http/registry.ts';

interface Client extends Known {
  readonly name: string;
  isBusy: boolean;
  isAttended: boolean;
  closed: boolean;
}

const clientOf = (name: string): Client => {
  const client: Client = {
    name,
    isBusy: false,
    isAttended: false,
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

test('a client that has been quiet for too long is closed, unless somebody is connected', () => {
  let now = 0;
  const registry = new Registry<Client>({ max: 9, idleMs: 1000 }, () => now);
  const [quiet, used, gone, there] = [
    clientOf('quiet'),
    clientOf('used'),
    clientOf('gone'),
    clientOf('there'),
  ];
  for (const client of [quiet, used, gone, there]) registry.add(client.name, client);
  gone.isBusy = true; // and has lost its connection
  there.isBusy = there.isAttended = true;
  now = 900;
  registry.get('used');
  now = 1500;
  registry.expire();
  assert.deepEqual(
    [quiet, used, gone, there].map(({ closed }) => closed),
    [true, false, true, false],
  );
  assert.equal(registry.get('quiet'), undefined);
});

test('a client that has lost its connection has as long to come back as one that was quiet, whatever it did before', () => {
  let now = 0;
  const registry = new Registry<Client>({ max: 9, idleMs: 1000 }, () => now);
  const client = clientOf('client');
  registry.add('client', client);
  client.isBusy = client.isAttended = true;
  for (const at of [2000, 4000]) {
    now = at;
    registry.expire();
  }
  client.isAttended = false;
  now = 4900;
  registry.expire();
  assert.equal(client.closed, false);
  now = 5100;
  registry.expire();
  assert.equal(client.closed, true);
});
