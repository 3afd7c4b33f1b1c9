import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import { refusal } from '../../src/sandbox/refusal.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { fakePaths } from './fixtures.ts';

const home = /home folder or a whole drive/;
const system = /part of the system/;
const hidden = /hidden place of a home/;
const credentials = /holds credentials/;
const programs = /programs keep their data/;
const own = /what mcpcat keeps/;

/** Path → why it is refused, under the home /home/ada. */
const never: Readonly<Record<string, RegExp>> = {
  '/': home,
  '/home': home,
  '/home/ada': home,
  '/home/other': home,
  '/Users/ada': home,
  '/var/home': home,
  '/var/home/ada': home,
  '/etc': system,
  '/etc/ssl/private': system,
  '/var': system,
  '/var/lib/docker': system,
  '/var/spool/cron': system,
  '/var/run': system,
  '/run/user/1000': system,
  '/proc/1/root': system,
  '/dev/shm': system,
  '/sys/fs/cgroup': system,
  '/root': system,
  '/usr/local': system,
  '/lib64': system,
  '/libx32': system,
  '/nix/store': system,
  '/.snapshots/1': system,
  '/private/etc': system,
  '/private/var/db': system,
  '/Applications/X.app': system,
  '/home/ada/.ssh': credentials,
  '/home/ada/.ssh/keys': credentials,
  '/home/ada/.aws': credentials,
  '/home/ada/.docker/run': credentials,
  '/home/ada/.kube': credentials,
  '/home/other/.ssh': credentials,
  '/backup/ada/.gnupg/private-keys-v1.d': credentials,
  '/home/ada/.config': hidden,
  '/home/ada/.config/systemd/user': hidden,
  '/home/ada/.config/autostart': hidden,
  '/home/ada/.local/bin': hidden,
  '/home/ada/.local/share': hidden,
  '/home/ada/.vscode/extensions': hidden,
  '/home/ada/.mozilla': hidden,
  '/home/ada/.what-nobody-has-heard-of': hidden,
  '/home/other/.cache': hidden,
  '/Users/eve/.zshrc.d': hidden,
  '/home/ada/bin': programs,
  '/home/ada/go': programs,
  '/home/ada/go/bin': programs,
  '/home/ada/snap/firefox': programs,
  '/home/ada/Library': programs,
  '/home/ada/Library/LaunchAgents': programs,
  '/Users/eve/Library/Preferences': programs,
  // Windows under WSL, and as Windows itself says it
  '/mnt': home,
  '/mnt/c': home,
  '/mnt/C': home,
  '/mnt/c/Users': home,
  '/mnt/c/Users/Ada': home,
  '/mnt/c/users/ADA': home,
  '/mnt/c/Users/Ada/AppData/Roaming': programs,
  '/mnt/c/Users/Ada/appdata': programs,
  '/mnt/c/Users/Ada/.gitconfig.d': hidden,
  '/mnt/c/Windows/System32': system,
  '/mnt/c/program files/Git': system,
  '/mnt/wsl/docker-desktop': system,
  '/mnt/wslg': system,
  'C:\\': home,
  'C:\\Users\\Ada': home,
  'C:\\Users\\Ada\\AppData': programs,
  'D:\\Windows': system,
};
for (const [folder, reason] of Object.entries(never))
  test(`${folder} is never handed over`, () => assert.match(refusal(folder, fakePaths()) ?? 'taken', reason));

const fine = [
  '/srv/x',
  '/data',
  '/tmp/x',
  '/var/tmp/x',
  '/var/www/site',
  '/home/ada/work',
  '/home/ada/work/.hidden',
  '/home/ada/.worktrees/x',
  '/home/ada/notes.d',
  '/Users/ada/Documents',
  '/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/notes',
  '/Volumes/USB/x',
  '/media/ada/usb',
  '/mnt/data',
  '/mnt/c/work',
  '/mnt/c/Users/Ada/Documents',
  'C:\\work',
];
for (const folder of fine)
  test(`${folder} may be handed over`, () => assert.equal(refusal(folder, fakePaths()), undefined));

test('where case does not count, no other spelling leads to a refused folder', () => {
  const mac = fakePaths({}, ['/Users/ada'], { caseless: true });
  for (const [folder, reason] of [
    ['/users/ADA', home],
    ['/ETC/ssl', system],
    ['/users/ada/.CONFIG', hidden],
    ['/Users/ada/LIBRARY/keychains', programs],
    ['/private/VAR/db', system],
    ['/library', system],
  ] as const)
    assert.match(refusal(folder, mac) ?? 'taken', reason, folder);
});

test('what mcpcat keeps is refused wherever it is, with all around it', () => {
  const ownFolders = ['/srv/xdg/cache/mcpcat', '/home/ada/data/mcpcat'];
  const paths = fakePaths({}, undefined, { ownFolders });
  for (const folder of [
    '/srv/xdg/cache/mcpcat',
    '/srv/xdg/cache',
    '/srv/xdg/cache/mcpcat/entries',
    '/home/ada/data',
  ])
    assert.match(refusal(folder, paths) ?? 'taken', own, folder);
  assert.equal(refusal('/srv/xdg/cache/mcpcat2', paths), undefined);
});

test('a refused folder is known by what it is, by whatever name it is reached', () => {
  const paths = fakePaths(
    {
      '/home/ada': { identity: '8:1', holds: ['.config/', 'work/'] },
      '/home/ada/.config': { identity: '8:2' },
      '/etc': { identity: '8:3' },
      '/srv/a': { identity: '8:1' },
      '/srv/b': { identity: '8:2' },
      '/srv/c': { identity: '8:3' },
      '/srv/d': { identity: '9:9' },
    },
    ['/home/ada'],
  );
  assert.match(refusal('/srv/a', paths) ?? 'taken', home);
  assert.match(refusal('/srv/b/systemd', paths) ?? 'taken', hidden);
  assert.match(refusal('/srv/c/ssl', paths) ?? 'taken', system);
  assert.equal(refusal('/srv/d', paths), undefined);
});

test('the real file system: hidden folders behind links, own folders by the environment', (t) => {
  const folder = temporaryFolder(t);
  const at = (name: string): string => path.join(folder, name);
  for (const name of ['home/work', 'dotfiles/config/app', 'data/mcpcat/consent', 'plain'])
    mkdirSync(at(name), { recursive: true });
  symlinkSync(at('dotfiles/config'), at('home/.config'));
  const paths = hostPaths(at('home'), thisHost(), { HOME: at('home'), XDG_DATA_HOME: at('data') });
  assert.match(refusal(at('dotfiles/config/app'), paths) ?? 'taken', hidden);
  assert.match(refusal(at('data'), paths) ?? 'taken', own);
  assert.match(refusal(at('home'), paths) ?? 'taken', home);
  assert.equal(refusal(at('home/work'), paths), undefined);
  assert.equal(refusal(at('plain'), paths), undefined);
});

test('a share on the network is refused by that name: no engine could mount it', () => {
  for (const folder of ['\\\\corp\\homes\\ada', '\\\\?\\UNC\\corp\\homes\\ada'])
    assert.equal(refusal(folder, fakePaths()), 'is a place on the network, which no engine can hand over');
});
