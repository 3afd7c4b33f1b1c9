/** No Mac is at hand: the outputs are in the form that ps(1), sysctl(8) and ioreg(8) have there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { darwinHost } from '../../src/host/darwin.ts';
import { machineOf, type Facts } from './rig.ts';

const mac = { platform: 'darwin', architecture: 'arm64', accountHome: () => '/Users/ada' };
const host = (facts: Facts = {}): ReturnType<typeof darwinHost> =>
  darwinHost(machineOf({ ...mac, ...facts }));
const ioreg = '/usr/sbin/ioreg -rd1 -c IOPlatformExpertDevice';

test('a laptop is the same host in every network, and is asked once', () => {
  const outputs = {
    [ioreg]: '+-o J314sAP\n    {\n      "IOPlatformUUID" = "5F2A-11"\n      "model" = <"x">\n    }\n',
    '/usr/sbin/sysctl -n kern.bootsessionuuid': 'B00T-1\n',
  };
  const machine = machineOf({ ...mac, outputs });
  const found = darwinHost(machine);
  assert.deepEqual([found.identity(), found.identity()], ['5F2A-11\nnone\n1000', '5F2A-11\nnone\n1000']);
  assert.deepEqual([found.boot(), found.boot()], ['B00T-1', 'B00T-1']);
  assert.equal(machine.asked.length, 2);
  assert.equal(host().identity(), 'ada-laptop\nnone\n1000');
});

const asked = '/bin/ps -o pid=,stat=,lstart= -p 4242,20,21,22';

test('a process is known by the second of its start', async () => {
  const stdout = [
    ' 4242 S+   Fri Nov 27 10:00:01 2026    ',
    '   20 Ss   Fri Nov  6 09:08:07 2026    ',
    '   21 Z    Fri Nov 27 10:00:00 2026    ',
    '',
  ].join('\n');
  const found = await host({ outputs: { [asked]: { exitCode: 1, stdout } } }).startsOf([20, 21, 22]);
  const seconds = (...time: [number, number, number, number, number]): string =>
    String(Date.UTC(2026, ...time) / 1000);
  assert.deepEqual(
    found,
    new Map([
      [4242, seconds(10, 27, 10, 0, 1)],
      [20, seconds(10, 6, 9, 8, 7)],
    ]),
  );
  assert.equal(host().ownStart(), seconds(10, 27, 10, 0, 0));
});

test('a program that takes its time to load is still the same process, one of an hour later is not', () => {
  assert.equal(host().isSameStart('1764237600', '1764237588'), true);
  assert.equal(host().isSameStart('1764237600', '1764241200'), false);
  assert.equal(host().isSameStart('0', '1764241200'), true, 'a start that nobody knew');
});

test('an answer of ps without ourselves is none', async () => {
  assert.equal(await host().startsOf([20, 21, 22]), undefined);
  const outputs = { [asked]: { exitCode: 1, stdout: '' } };
  assert.equal(await host({ outputs }).startsOf([20, 21, 22]), undefined);
});

test('a process that launchd has taken over is an orphan, one that it started is none', () => {
  const group = '/bin/ps -o pgid= -p 4242';
  assert.equal(host({ parent: () => 1 }).isOrphan(4000), true);
  assert.equal(host().isOrphan(4000), false);
  const adopted = { parent: () => 1, outputs: { [group]: '  4000\n' } };
  assert.equal(host(adopted).isOrphan(1), true, 'before our first line');
  assert.equal(host({ parent: () => 1, outputs: { [group]: '  4242\n' } }).isOrphan(1), false);
  const machine = machineOf({ ...mac, ...adopted });
  const found = darwinHost(machine);
  for (let i = 0; i < 5; i++) found.isOrphan(1);
  assert.equal(machine.asked.length, 1, 'ps costs too much for twice a second');
});

test('a command line comes in words, and the program of an application may have blanks', () => {
  const of = (line: string): unknown =>
    host({ outputs: { '/bin/ps -ww -o ppid=,command= -p 9': line } }).processOf(9);
  assert.deepEqual(of('    8 node /opt/cli.js mcp\n'), { parent: 8, words: ['node', '/opt/cli.js', 'mcp'] });
  const helper = '/Applications/Visual Studio Code.app/Contents/MacOS/Code Helper (Plugin)';
  assert.deepEqual(of(`    1 ${helper} --type=utility -x\n`), {
    parent: 1,
    words: [helper, '--type=utility', '-x'],
  });
  assert.equal(host().processOf(9), undefined);
});

test('folders are those of the library, and of XDG where somebody set it', () => {
  assert.deepEqual(host().folders({}), {
    config: '/Users/ada/Library/Application Support/mcpcat',
    cache: '/Users/ada/Library/Caches/mcpcat',
    data: '/Users/ada/Library/Application Support/mcpcat',
  });
  assert.equal(host().folders({ XDG_CACHE_HOME: '/Volumes/x' }).cache, '/Volumes/x/mcpcat');
});

test('Docker Desktop, OrbStack, Colima, Rancher and Podman are found by their sockets', () => {
  const sockets = host().engineSockets({ HOME: '/Users/ada' });
  for (const place of [
    '/var/run/docker.sock',
    '/Users/ada/.docker/run/docker.sock',
    '/Users/ada/.orbstack/run/docker.sock',
    '/Users/ada/.colima/default/docker.sock',
    '/Users/ada/.rd/docker.sock',
    '/Users/ada/.local/share/containers/podman/machine/podman.sock',
  ])
    assert.ok(sockets.includes(place), place);
  assert.equal(host({ files: { '/var/run/docker.sock': '' } }).hasSocket('/var/run/docker.sock'), true);
  assert.equal(host().hasSocket('/var/run/docker.sock'), false);
});

test('a page is opened without a shell, and programs of native packages are told apart', () => {
  assert.deepEqual(host().browserCommand('http://127.0.0.1:1/'), ['/usr/bin/open', 'http://127.0.0.1:1/']);
  assert.equal(host().platform, 'darwin/arm64');
  assert.equal(host().owns({ uid: 501 }), false);
  assert.equal(host().localPath('C:\\x'), 'C:\\x');
});
