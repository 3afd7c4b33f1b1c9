/** No Windows is at hand: outputs are in the form that reg.exe and PowerShell have there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowsHost } from '../../src/host/windows.ts';
import { isNetworkPath, onWindows, underWsl } from '../../src/host/windows-paths.ts';
import { machineOf, type Facts } from './rig.ts';

const windows: Facts = {
  platform: 'win32',
  user: undefined,
  env: { SystemRoot: 'C:\\Windows' },
  accountHome: () => 'C:\\Users\\Ada',
  accountName: () => 'Ada',
};
const host = (facts: Facts = {}): ReturnType<typeof windowsHost> =>
  windowsHost(machineOf({ ...windows, ...facts }));
const reg = String.raw`C:\Windows\System32\reg.exe query HKLM\SOFTWARE\Microsoft\Cryptography /v MachineGuid /reg:64`;

test('a machine is known by the number of its installation, and its users are told apart', () => {
  const stdout =
    '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r\n    MachineGuid    REG_SZ    9d2f-77\r\n\r\n';
  assert.equal(host({ outputs: { [reg]: stdout } }).identity(), '9d2f-77\nnone\nAda');
  assert.equal(host({ accountName: () => 'Bob' }).identity(), 'ada-laptop\nnone\nBob');
});

test('the process table comes from PowerShell, and an answer without ourselves is none', async () => {
  const machine = machineOf(windows);
  assert.equal(await windowsHost(machine).startsOf([20, 20, 21]), undefined);
  const [line = ''] = machine.asked;
  assert.match(line, /^C:\\Windows\\System32\\WindowsPowerShell\\v1\.0\\powershell\.exe -NoProfile/);
  assert.match(line, /'ProcessId=4242 OR ProcessId=20 OR ProcessId=21'/);
  const outputs = { [line]: '4242 1795773600\r\n20 1795773000\r\n' };
  assert.deepEqual(
    await host({ outputs }).startsOf([20, 21]),
    new Map([
      [4242, '1795773600'],
      [20, '1795773000'],
    ]),
  );
  assert.equal(host().ownStart(), '1795773600');
  assert.equal(host().isSameStart('1795773600', '1795773604'), true);
});

test('we are an orphan when no process has our parent’s number: Windows hands us to nobody', () => {
  assert.equal(host({ isAlive: (pid) => pid === 4000 }).isOrphan(4000), false);
  assert.equal(host({ isAlive: () => false }).isOrphan(4000), true);
});

test('folders are those of the profile, with a drive and without HOME', () => {
  const standard = {
    config: 'C:\\Users\\Ada\\AppData\\Roaming\\mcpcat',
    cache: 'C:\\Users\\Ada\\AppData\\Local\\mcpcat\\Cache',
    data: 'C:\\Users\\Ada\\AppData\\Local\\mcpcat\\Data',
  };
  for (const env of [{}, { HOME: '/c/Users/Ada' }, { APPDATA: 'x', LOCALAPPDATA: '\\x' }])
    assert.deepEqual(host().folders(env), standard);
  assert.equal(host().folders({ LOCALAPPDATA: 'D:\\L' }).cache, 'D:\\L\\mcpcat\\Cache');
  assert.equal(host().folders({ APPDATA: '\\\\corp\\homes\\ada' }).config, '\\\\corp\\homes\\ada\\mcpcat');
  assert.equal(host().home({ USERPROFILE: 'E:\\Ada' }), 'E:\\Ada');
});

test('a pipe is looked up in the list of pipes, whatever its case', () => {
  const found = host({ list: () => ['InitShutdown', 'Docker_Engine'] });
  assert.deepEqual(
    found.engineSockets({}).filter((place) => found.hasSocket(place)),
    ['//./pipe/docker_engine'],
  );
  assert.equal(host().hasSocket('//./pipe/docker_engine'), false, 'the list can not be read');
});

test('clients there never send SIGTERM, and a page is opened without a shell', () => {
  assert.deepEqual(host().endSignals, ['SIGINT', 'SIGBREAK', 'SIGHUP']);
  assert.deepEqual(host().browserCommand('http://127.0.0.1:1/?a=1&b="c"'), [
    'C:\\Windows\\System32\\rundll32.exe',
    'url.dll,FileProtocolHandler',
    'http://127.0.0.1:1/?a=1&b="c"',
  ]);
});

test('one file has two names where WSL is', () => {
  const pairs = [
    ['C:\\Users\\Ada\\x y', '/mnt/c/Users/Ada/x y'],
    ['D:\\', '/mnt/d/'],
  ] as const;
  for (const [there, here] of pairs) {
    assert.equal(underWsl(there), here);
    assert.equal(onWindows(here), there);
  }
  assert.equal(onWindows('/c/Users'), 'C:\\Users', 'as Git’s shell writes it');
  assert.equal(onWindows('/mnt/c'), 'C:\\');
  for (const text of ['C:\\x', 'relative', '/mnt/data/x', '/home/ada', '\\\\corp\\share'])
    assert.equal(onWindows(text), text);
  assert.equal(underWsl('c:/Users'), '/mnt/c/Users');
  assert.equal(underWsl('\\\\wsl$\\Debian'), '/');
  for (const text of ['/home/ada', 'C:relative', '\\\\corp\\share\\x']) assert.equal(underWsl(text), text);
});

test('a place on the network is told from one of this machine', () => {
  for (const text of ['\\\\corp\\homes\\ada', '//corp/homes', '\\\\?\\UNC\\corp\\homes'])
    assert.equal(isNetworkPath(text), true, text);
  for (const text of ['C:\\x', '\\\\?\\C:\\x', '\\\\.\\pipe\\docker_engine', '/home/ada', '\\x'])
    assert.equal(isNetworkPath(text), false, text);
});

test('a socket of our own is a pipe with the name of a folder that is ours', () => {
  assert.equal(host().ownSocket('C:\\Temp\\mcpcat-ssh-x1'), '//./pipe/mcpcat-ssh-x1');
});
