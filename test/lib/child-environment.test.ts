import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { childEnvironment } from '../../src/lib/child-environment.ts';

const usual = { PATH: '/usr/bin', HOME: '/home/me', LC_ALL: 'C', https_proxy: 'http://proxy.example:3128' };
const hostile = {
  GITHUB_TOKEN: 'ghp_x',
  MCPCAT_SIGNING_KEY: 'k',
  GOFLAGS: '-insecure',
  GOSUMDB: 'off',
  GOAUTH: 'command',
  UV_RESOLUTION: 'lowest',
  PIP_INDEX_URL: 'https://example.com',
  NODE_OPTIONS: '--require=/tmp/x.js',
  LD_PRELOAD: '/tmp/x.so',
  PYTHONPATH: '/tmp',
  GIT_SSH_COMMAND: 'x',
  AWS_PROFILE: 'p',
};

test('a program that we start gets where things are and how to reach the network, and nothing else', () => {
  assert.deepEqual(childEnvironment({ ...usual, ...hostile, UNSET: undefined }), usual);
});

test('what we say ourselves comes on top', () => {
  assert.equal(childEnvironment(usual, { LC_ALL: 'C.UTF-8' })['LC_ALL'], 'C.UTF-8');
});

test('a helper that hands out credentials also finds its keyring and its cloud, but no token of ours', () => {
  const given = childEnvironment({ ...usual, ...hostile }, {}, 'credential-helper');
  assert.deepEqual(given, { ...usual, AWS_PROFILE: 'p' });
});

test('the go command that locks servers keeps its checksum database whatever the user has set', (t) => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-go-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(path.join(home, '.config/go'), { recursive: true });
  writeFileSync(
    path.join(home, '.config/go/env'),
    'GOSUMDB=off\nGONOSUMDB=*\nGOFLAGS=-modcacherw\nGOAUTH=netrc\n',
  );
  const own = { GOENV: 'off', GOAUTH: 'off', HOME: home };
  const env = childEnvironment({ ...process.env, ...hostile }, own);
  const { stdout } = spawnSync('go', ['env', '-json', 'GOSUMDB', 'GONOSUMDB', 'GOFLAGS', 'GOAUTH'], {
    env,
    encoding: 'utf8',
  });
  assert.deepEqual(JSON.parse(stdout), {
    GOSUMDB: 'sum.golang.org',
    GONOSUMDB: '',
    GOFLAGS: '',
    GOAUTH: 'off',
  });
});
