import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { inContainer, type It } from './contract-subject.ts';

export function aboutImages(it: It): void {
  it('an image has facts, gets another name, and loses one name at a time', async ({ engine, settings }) => {
    const facts = await engine.inspectImage(settings.image);
    assert.ok(facts !== undefined && facts.tags.includes(settings.image));
    const other = 'mcpcat/contract-other:local';
    await engine.tagImage(settings.image, other);
    assert.equal((await engine.inspectImage(other))?.id, facts.id);
    await engine.removeImage(other);
    assert.equal(await engine.inspectImage(other), undefined);
    assert.equal((await engine.inspectImage(settings.image))?.id, facts.id);
  });

  it('what is saved can be loaded; what is no archive is refused', async ({ engine, settings }) => {
    const before = await engine.inspectImage(settings.image);
    await engine.loadImage(await engine.saveImage(settings.image));
    assert.equal((await engine.inspectImage(settings.image))?.id, before?.id);
    await assert.rejects(engine.loadImage(Readable.from([Buffer.from('no archive')])), {
      code: 'engine-failed',
    });
    await assert.rejects(engine.saveImage('mcpcat/contract-nobody:local'), { code: 'engine-failed' });
  });

  it('images are listed by label', async ({ engine, settings }) => {
    const id = (await engine.inspectImage(settings.image))?.id;
    assert.ok((await engine.listImages({ 'io.mcpcat.test': '' })).some((image) => image.id === id));
    assert.ok(!(await engine.listImages({ 'io.mcpcat.test': 'no' })).some((image) => image.id === id));
  });
}

export function aboutVolumes(it: It): void {
  it('a named volume stays with its labels, is held while a container has it, and is removed once', async (given) => {
    const { engine } = given;
    const name = 'mcpcat-contract-notes';
    const labels = { 'io.mcpcat.contract': 'volume' };
    const mount = { kind: 'volume', source: name, target: '/state', readOnly: false, labels } as const;
    await inContainer(
      given,
      async (id) => {
        const [volume, ...more] = await engine.listVolumes(labels);
        assert.deepEqual([volume?.name, volume?.containers, more.length], [name, [id], 0]);
        assert.deepEqual((await engine.inspectVolume(name))?.labels, labels);
        await assert.rejects(engine.removeVolume(name), { code: 'volume-in-use' });
      },
      { mounts: [mount] },
    );
    assert.deepEqual((await engine.listVolumes(labels))[0]?.containers, []);
    await engine.removeVolume(name);
    await engine.removeVolume(name);
    assert.deepEqual(await engine.listVolumes(labels), []);
    assert.equal(await engine.inspectVolume(name), undefined);
  });
}
