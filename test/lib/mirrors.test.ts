import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { parseMirror, type MirrorName } from '../../src/lib/mirrors.ts';

const understood: readonly (readonly [MirrorName, text: string, address: string])[] = [
  ['npm', 'https://ada:p%2Fw@m.example.com/npm/', 'https://ada:p%2Fw@m.example.com/npm'],
  ['npm', ' http://localhost:4873 ', 'http://localhost:4873'],
  ['npm', 'https://m.example.com/@team/npm', 'https://m.example.com/@team/npm'],
  ['debian', 'http://m.example.com/debian/', 'http://m.example.com/debian'],
  ['registry', 'https://m.example.com/ghcr', 'm.example.com/ghcr'],
];
for (const [name, text, address] of understood)
  test(`${JSON.stringify(text)} is a mirror of ${name}`, () =>
    assert.equal(parseMirror(name, text, 'mirror'), address));

const refused: readonly (readonly [MirrorName, text: string, message: RegExp])[] = [
  ['npm', 'http://m.example.com', /expected an https address, found http:/],
  ['npm', 'https://ada:12/hunter2@m.example.com/npm', /found "\/" before its last "@"; .* %2F/],
  ['pypi', 'https://ada:hunter2#x@m.example.com/simple', /found "#" before its last "@"/],
  ['go', 'https://m.example.com,direct', /expected one address, found several/],
  ['go', 'https://m.example.com|https://proxy.golang.org', /expected one address, found several/],
  ['npm', 'https://m.example.com/npm?token=hunter2', /found a \? or # in it/],
  ['npm', '', /expected an https address/],
  ['go', 'off', /expected an https address/],
  ['registry', 'http://m.example.com', /HOST\[:PORT\]/],
];
for (const [name, text, message] of refused)
  test(`${JSON.stringify(text)} as a mirror of ${name} is refused, and nothing secret of it repeated`, () => {
    assert.throws(
      () => parseMirror(name, text, 'mirror'),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage');
        assert.match(error.message, message);
        assert.doesNotMatch(`${error.message} ${error.hint ?? ''}`, /hunter2/);
        return true;
      },
    );
  });
