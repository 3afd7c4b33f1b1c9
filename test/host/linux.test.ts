import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linuxHost } from '../../src/host/linux.ts';
import { machineOf, statLine, type Facts } from './rig.ts';

const stat = (facts: Parameters<typeof statLine>[0]): Record<string, string> => ({
  [`/proc/${String(facts.pid)}/stat`]: statLine(facts),
});
const self = stat({ pid: 4242, parent: 4000, session: 4000, started: '777' });
const host = (facts: Facts): ReturnType<typeof linuxHost> => linuxHost(machineOf(facts));

test('another machine, process namespace or user is another host, another boot is the same one', () => {
  const facts = {
    files: { '/etc/machine-id': 'a1\n', '/proc/sys/kernel/random/boot_id': 'b1\n' },
    links: { '/proc/self/ns/pid': 'pid:[1]' },
  };
  assert.equal(host(facts).identity(), 'a1\npid:[1]\n1000');
  assert.equal(host(facts).boot(), 'b1');
  assert.equal(host({ ...facts, user: { uid: 0, gid: 0 } }).identity(), 'a1\npid:[1]\n0');
  assert.equal(host({}).identity(), 'ada-laptop\nnone\n1000');
  // As images of systems have it, whose containers are on many machines.
  for (const text of ['', '\n', 'uninitialized\n'])
    assert.equal(host({ files: { '/etc/machine-id': text } }).identity(), 'ada-laptop\nnone\n1000');
});

test('a process is known by the tick of its start, whatever its name holds', async () => {
  const files = {
    ...self,
    ...stat({ pid: 20, name: 'a) Z 1 (b', started: '200' }),
    ...stat({ pid: 21, state: 'Z', started: '201' }),
  };
  const starts = await host({ files }).startsOf([20, 21, 22]);
  assert.deepEqual(starts, new Map([[20, '200']]));
  assert.equal(host({ files }).ownStart(), '777');
  assert.equal(host({ files }).isSameStart('200', '201'), false);
});

test('without a process table nobody can be told dead', async () => {
  assert.equal(await host({}).startsOf([20]), undefined);
});

test('an orphan has another parent than at first, or one of another session', () => {
  const of = (session: number, parent = 4000): boolean => {
    const files = {
      '/proc/self/stat': statLine({ pid: 4242, parent, session }),
      ...stat({ pid: 4000, session: 4000 }),
      ...stat({ pid: 1, session: 1 }),
    };
    return host({ files, parent: () => parent }).isOrphan(4000);
  };
  assert.equal(of(4000), false);
  assert.equal(of(4000, 1), true, 'handed to init');
  assert.equal(of(3000), true, 'handed to a reaper before our first line');
  assert.equal(of(4242), false, 'leads a session of its own');
  assert.equal(host({}).isOrphan(4000), false, 'nothing is known');
});

test('a command line comes word by word', () => {
  const files = { ...stat({ pid: 9, parent: 8 }), '/proc/9/cmdline': 'node\0/opt/a b/cli.js\0--x=\0' };
  assert.deepEqual(host({ files }).processOf(9), { parent: 8, words: ['node', '/opt/a b/cli.js', '--x='] });
  assert.equal(host({ files }).processOf(10), undefined);
});

test('folders are where the environment says, and a relative path there does not count', () => {
  assert.deepEqual(host({}).folders({ HOME: '/home/x' }), {
    config: '/home/x/.config/mcpcat',
    cache: '/home/x/.cache/mcpcat',
    data: '/home/x/.local/share/mcpcat',
  });
  const env = {
    HOME: '/home/x',
    XDG_CONFIG_HOME: '/etc/x',
    XDG_CACHE_HOME: 'relative',
    XDG_DATA_HOME: '/srv',
  };
  assert.deepEqual(host({}).folders(env), {
    config: '/etc/x/mcpcat',
    cache: '/home/x/.cache/mcpcat',
    data: '/srv/mcpcat',
  });
});

test('a client that hands on no HOME, or none that is a path, does not take the home away', () => {
  for (const env of [{}, { HOME: '' }, { HOME: 'relative' }]) assert.equal(host({}).home(env), '/home/ada');
  assert.equal(host({ accountHome: () => undefined }).home({}), '/tmp/mcpcat-1000');
});

test('the usual sockets are those of the system, of the user, of the desktops and of Podman, in this order', () => {
  assert.deepEqual(host({}).engineSockets({ HOME: '/home/me', XDG_RUNTIME_DIR: '/run/user/1000' }), [
    '/var/run/docker.sock',
    '/run/user/1000/docker.sock',
    '/home/me/.docker/run/docker.sock',
    '/home/me/.docker/desktop/docker.sock',
    '/home/me/.orbstack/run/docker.sock',
    '/home/me/.colima/default/docker.sock',
    '/home/me/.config/colima/default/docker.sock',
    '/home/me/.rd/docker.sock',
    '/run/user/1000/podman/podman.sock',
    '/run/podman/podman.sock',
    '/home/me/.local/share/containers/podman/machine/podman.sock',
  ]);
  assert.equal(host({}).engineSockets({})[1], '/run/user/1000/docker.sock', 'without XDG_RUNTIME_DIR');
});

test('a path of Windows leads to the same file under WSL, and nowhere else', () => {
  const files = { '/proc/sys/kernel/osrelease': '6.6.87.2-microsoft-standard-WSL2\n' };
  assert.equal(host({ files }).localPath(String.raw`C:\Users\Ada`), '/mnt/c/Users/Ada');
  assert.equal(host({ files }).localPath(String.raw`\\wsl.localhost\Debian\home\ada`), '/home/ada');
  assert.equal(host({ files }).localPath('/mnt/c'), '/mnt/c');
  assert.equal(host({}).localPath(String.raw`C:\Users\Ada`), String.raw`C:\Users\Ada`);
});

test('a file is our own by its uid', () => {
  assert.equal(host({}).owns({ uid: 1000 }), true);
  assert.equal(host({}).owns({ uid: 0 }), false);
});

test('a page is opened by the desktop, and clients end us with SIGTERM too', () => {
  assert.deepEqual(host({}).browserCommand('http://127.0.0.1:1/?a=b&c'), [
    'xdg-open',
    'http://127.0.0.1:1/?a=b&c',
  ]);
  assert.ok(host({}).endSignals.includes('SIGTERM'));
});
