import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, statusOf } from '../../src/engine/docker/failure.ts';
import { McpcatError } from '../../src/lib/errors.ts';

const endpoint = 'unix:///run/x.sock';
const fail = (facts: object, message = 'oh'): McpcatError =>
  failure(Object.assign(new Error(message), facts), 'list containers', endpoint);

test('a socket that is not there, that nobody serves or that cannot be reached is a missing engine', () => {
  for (const code of ['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH']) {
    const error = fail({ code });
    assert.equal(error.code, 'engine-missing', code);
    assert.equal(error.message, `no engine answers at ${endpoint} (${code})`);
    assert.deepEqual(error.inputs, [{ name: 'repair' }]);
  }
});

test('a socket without permission says whose group to join', () => {
  for (const code of ['EACCES', 'EPERM']) {
    assert.equal(fail({ code }).code, 'engine-denied');
    assert.match(fail({ code }).hint ?? '', /group/);
  }
});

test('a connection that breaks is an engine that went away', () => {
  for (const facts of [{ code: 'ECONNRESET' }, { code: 'EPIPE' }, {}]) {
    const error = fail(facts, 'socket hang up');
    assert.equal(error.code, 'engine-gone');
    assert.equal(error.message, 'list containers: the connection to the engine broke (socket hang up)');
  }
});

test("the engine's own sentence is shown without dockerode's words before it", () => {
  const error = fail({ statusCode: 409 }, '(HTTP code 409) unexpected - removal is already in progress \n');
  assert.equal(error.code, 'engine-failed');
  assert.equal(error.message, 'list containers: removal is already in progress');
});

test('a status that denies and a full disk have codes of their own', () => {
  assert.equal(fail({ statusCode: 401 }).code, 'engine-denied');
  assert.equal(fail({ statusCode: 403 }).code, 'engine-denied');
  assert.equal(fail({ statusCode: 500 }, 'write /x: no space left on device').code, 'disk-full');
  assert.equal(fail({ statusCode: 500 }).code, 'engine-failed');
});

test('what was cancelled says so, and an error of ours stays as it is', () => {
  assert.equal(fail({ code: 'ABORT_ERR' }).code, 'cancelled');
  const ours = new McpcatError('image-missing', 'x');
  assert.equal(failure(ours, 'y', endpoint), ours);
});

test('anything can be thrown, and only a number is a status', () => {
  assert.equal(failure('text', 'x', endpoint).message, 'x: the connection to the engine broke (text)');
  assert.equal(statusOf({ statusCode: 404 }), 404);
  for (const value of [undefined, null, 'x', {}, { statusCode: '404' }])
    assert.equal(statusOf(value), undefined);
});
