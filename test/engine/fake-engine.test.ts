import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { closed } from '../rig/closed.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { testLabel } from '../rig/engine.ts';
import { contract } from './contract.ts';
import { contractServer } from './contract-server.ts';

const image = 'mcpcat/contract:local';
const engine = new FakeEngine();
engine.addImage({ tags: [image], labels: testLabel }, contractServer);

contract('the fake engine', () => ({ engine, settings: closed(image) }));

function fake(): FakeEngine {
  const own = new FakeEngine();
  own.addImage({ tags: [image] });
  return own;
}

test('a held call has been heard, and is carried out and answered when the test says so', async () => {
  const own = fake();
  own.hold('createContainer');
  let answered = false;
  const created = own.createContainer(closed(image)).then((id) => {
    answered = true;
    return id;
  });
  const call = await own.next('createContainer');
  assert.deepEqual(call.args, [closed(image)]);
  assert.equal(own.containers.size, 0);
  await call.perform();
  await new Promise(setImmediate);
  assert.deepEqual([own.containers.size, answered], [1, false]);
  await call.release();
  assert.equal(await created, own.only.id);
});

test('an answer that is lost leaves what was done', async () => {
  const own = fake();
  own.hold('createContainer');
  const created = own.createContainer(closed(image));
  const call = await own.next('createContainer');
  await call.perform();
  call.fail();
  await assert.rejects(created, { code: 'engine-gone' });
  assert.equal(own.containers.size, 1);
});

test('a call that fails before it is carried out leaves nothing', async () => {
  const own = fake();
  own.hold('createContainer');
  const created = own.createContainer(closed(image));
  (await own.next('createContainer')).fail(new Error('no room'));
  await assert.rejects(created, { message: 'no room' });
  assert.equal(own.containers.size, 0);
  own.letPass('createContainer');
  assert.equal(await own.createContainer(closed(image)), own.only.id);
});

test('a held wait watches when it is carried out, and its answer can be kept back or lost', async () => {
  const own = fake();
  const id = await own.createContainer(closed(image));
  own.hold('waitContainer');
  let watching = false;
  const ends = [0, 1].map(() => own.waitContainer(id, 'next-exit', () => void (watching = true)));
  const [kept, lost] = [await own.next('waitContainer'), await own.next('waitContainer')];
  assert.equal(watching, false);
  await kept.perform();
  assert.equal(watching, true);
  lost.fail();
  await assert.rejects(ends[1] ?? Promise.resolve(), { code: 'engine-gone' });
  await own.startContainer(id);
  own.only.exit(4);
  await kept.release();
  assert.equal((await ends[0])?.exitCode, 4);
});

test('an engine that dies breaks what is attached, fails what is asked, and answers nothing more', async () => {
  const own = fake();
  const id = await own.createContainer(closed(image));
  const attachment = await own.attachContainer(id);
  const broken = new Promise((resolve) => attachment.stdout.once('close', resolve));
  const end = own.waitContainer(id, 'next-exit');
  await new Promise(setImmediate);
  own.cut();
  await assert.rejects(end, { code: 'engine-gone' });
  await broken;
  await assert.rejects(own.info(), { code: 'engine-missing' });
});

test('who does not read holds the writer up', async () => {
  const own = fake();
  const id = await own.createContainer(closed(image));
  const attachment = await own.attachContainer(id);
  await own.startContainer(id);
  const { stdout } = own.only;
  while (stdout.write(Buffer.alloc(16_384)));
  const drained = new Promise((resolve) => stdout.once('drain', resolve));
  attachment.stdout.resume();
  await drained;
  own.only.exit(0);
});

test('what needed more memory than it has says so', async () => {
  const own = fake();
  const id = await own.createContainer(closed(image));
  await own.startContainer(id);
  own.only.exit(137, { outOfMemory: true });
  const facts = await own.inspectContainer(id);
  assert.deepEqual([facts?.exitCode, facts?.outOfMemory], [137, true]);
});

test('a process of the test’s own hears its signals', async () => {
  const own = fake();
  const id = await own.createContainer(closed(image));
  await own.startContainer(id);
  own.only.onSignal = () => undefined;
  await own.killContainer(id, 'SIGTERM');
  assert.deepEqual([own.only.signals, own.only.state], [['SIGTERM'], 'running']);
  await own.killContainer(id, 'SIGKILL');
  assert.equal(own.only.facts().exitCode, 137);
});

test('a build takes its whole context and tags what it makes; a pull takes what the registry has', async () => {
  const own = new FakeEngine();
  const { Readable } = await import('node:stream');
  const contexts: string[] = [];
  own.onBuild = (context) => {
    contexts.push(context.toString());
    return { labels: { built: 'yes' } };
  };
  const context = Readable.from([Buffer.from('con'), Buffer.from('text')]);
  const id = await own.buildImage(context, { tag: 'a:1', onOutput: () => undefined });
  assert.deepEqual([contexts, (await own.inspectImage('a:1'))?.id], [['context'], id]);
  await assert.rejects(
    own.pullImage('b:1', () => undefined),
    { code: 'image-missing' },
  );
  own.registry.set('b:1', { facts: { user: '1:1' }, program: () => undefined });
  await own.pullImage('b:1', () => undefined);
  assert.equal((await own.inspectImage('b:1'))?.user, '1:1');
});

test('a tar that is put into a container comes out of it', async () => {
  const own = fake();
  const id = await own.createContainer(closed(image));
  const { Readable } = await import('node:stream');
  await own.copyIn(id, '/x', Readable.from([Buffer.from('tar')]));
  assert.equal(await text(await own.copyOut(id, '/x')), 'tar');
});
