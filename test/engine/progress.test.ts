import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { events, fakeDocker, type Answer } from './fake-docker.ts';

const step = { stream: 'Step 1/2 : FROM x\n' };
const done = [{ aux: { ID: 'sha256:abc' } }, { stream: 'Successfully built abc\n' }];

async function build(engine: Engine, lines: string[] = []): Promise<string> {
  return engine.buildImage(Readable.from([Buffer.from('a tar')]), {
    tag: 'x:y',
    onOutput: (line) => lines.push(line),
  });
}

async function failureOf(work: Promise<unknown>): Promise<McpcatError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof McpcatError, 'it fails, with an error of ours');
  return error;
}

test('a build gives the id of its image and says every line once', async (t) => {
  const engine = await fakeDocker(t, {
    'POST /build': events(step, { stream: 'one\ntwo\r\n' }, { stream: '\n' }, ...done),
  });
  const lines: string[] = [];
  assert.equal(await build(engine, lines), 'sha256:abc');
  assert.deepEqual(lines, ['Step 1/2 : FROM x', 'one', 'two', 'Successfully built abc']);
});

/** Ways in which an engine says within a stream of status 200 that a build has failed. */
const failures: Readonly<Record<string, readonly unknown[]>> = {
  'error and errorDetail': [
    step,
    { stream: 'npm: no\n' },
    { errorDetail: { code: 1, message: 'exit code 1' }, error: 'exit code 1' },
  ],
  'error alone': [step, { stream: 'npm: no\n' }, { error: 'exit code 1' }],
  'errorDetail alone': [step, { stream: 'npm: no\n' }, { errorDetail: { message: 'exit code 1' } }],
  'an error before other events': [step, { stream: 'npm: no\n' }, { error: 'exit code 1' }, ...done],
};

for (const [title, stream] of Object.entries(failures)) {
  test(`a build whose stream holds ${title} has failed, with its last lines`, async (t) => {
    const engine = await fakeDocker(t, { 'POST /build': events(...stream) });
    const error = await failureOf(build(engine));
    assert.equal(error.code, 'build-failed');
    assert.equal(error.message, 'build: exit code 1');
    assert.deepEqual(error.detail, ['Step 1/2 : FROM x', 'npm: no']);
  });
}

test('only the last lines of a long output are kept', async (t) => {
  const long = Array.from({ length: 100 }, (_, index) => ({ stream: `line ${String(index)}\n` }));
  const engine = await fakeDocker(t, { 'POST /build': events(...long, { error: 'x' }) });
  const { detail } = await failureOf(build(engine));
  assert.deepEqual([detail.length, detail[0], detail.at(-1)], [30, 'line 70', 'line 99']);
});

test('a full disk within the stream is told apart from a broken build', async (t) => {
  const error = 'failed to register layer: write /x: no space left on device';
  const engine = await fakeDocker(t, { 'POST /build': events(step, { error }) });
  assert.equal((await failureOf(build(engine))).code, 'disk-full');
});

test('events that are cut in pieces, also within a character, come out whole', async (t) => {
  const bytes = Buffer.from(
    `${JSON.stringify({ stream: 'größer 猫\n' })}\n${JSON.stringify({ error: 'schlecht: ü' })}`,
  );
  const answer: Answer = (_, response) => {
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    const next = (): void => {
      const piece = pieces.shift();
      if (piece === undefined) response.end();
      else response.write(piece, () => setImmediate(next));
    };
    next();
  };
  const error = await failureOf(build(await fakeDocker(t, { 'POST /build': answer })));
  assert.equal(error.message, 'build: schlecht: ü');
  assert.deepEqual(error.detail, ['größer 猫']);
});

test('an engine that goes away in the middle of a build is no success and no broken build', async (t) => {
  for (const text of [`${JSON.stringify(step)}\n`, `${JSON.stringify(step)}\n{"stre`]) {
    const answer: Answer = (request, response) => response.write(text, () => request.socket.destroy());
    const error = await failureOf(build(await fakeDocker(t, { 'POST /build': answer })));
    assert.equal(error.code, 'engine-gone');
  }
});

test('a stream that is no JSON is no success', async (t) => {
  const answer: Answer = (_, response) => response.end('<html>a proxy</html>');
  await failureOf(build(await fakeDocker(t, { 'POST /build': answer })));
});

test('a build that the engine refuses at once says why', async (t) => {
  const answer: Answer = (_, response) =>
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end('{"message":"dockerfile parse error line 1"}');
  const error = await failureOf(build(await fakeDocker(t, { 'POST /build': answer })));
  assert.deepEqual(
    [error.code, error.message],
    ['engine-failed', 'build the image: dockerfile parse error line 1'],
  );
});

test('a pull that fails within its stream fails, and an image that no registry has is missing', async (t) => {
  const broken = await fakeDocker(t, {
    'POST /images/create': events({ status: 'Pulling' }, { errorDetail: { message: 'unauthorized' } }),
  });
  assert.equal((await failureOf(broken.pullImage('x', () => undefined))).message, 'pull x: unauthorized');
  const without = await fakeDocker(t, {});
  assert.equal((await failureOf(without.pullImage('x', () => undefined))).code, 'image-missing');
});

test('a pull that fails within its stream fails, with an error that has no more than its text', async (t) => {
  const engine = await fakeDocker(t, {
    'POST /images/create': events({ error: 'archive/tar: invalid tar header' }),
  });
  const error = await failureOf(engine.pullImage('x:y', () => undefined));
  assert.equal(error.message, 'pull x:y: archive/tar: invalid tar header');
});

test('an image that is not there is none, and a broken engine is not that', async (t) => {
  assert.equal(await (await fakeDocker(t, {})).inspectImage('x'), undefined);
  const answer: Answer = (_, response) => response.writeHead(500).end('{"message":"layer does not exist"}');
  const engine = await fakeDocker(t, { 'GET /images/x/json': answer });
  assert.equal((await failureOf(engine.inspectImage('x'))).message, 'inspect x: layer does not exist');
});
