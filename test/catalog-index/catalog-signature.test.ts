import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CatalogTrust, Unsigned } from '../../src/catalog-index/catalog-trust.ts';
import { copyFiles } from '../../src/catalog-index/copy-files.ts';
import { openCatalogIndex } from '../../src/catalog-index/open-catalog-index.ts';
import { quickServer } from '../../src/catalog-index/quick-catalog-index.ts';
import { seenFile } from '../../src/catalog-index/seen-catalog.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import type { CatalogPin } from '../../src/settings/catalog-pins.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { catalogSignature, type Dates } from '../rig/catalog-signature.ts';
import { keySigner, type KeySigner } from '../rig/key-signer.ts';
import { catalogIndexOf } from './rig.ts';

const day = 24 * 3_600_000;
const timeouts = { launchMs: 120_000, patientMs: 120_000, withoutCopyMs: 120_000 };

/** A catalog with these servers, and who signs it. */
async function catalog(
  t: TestContext,
  signer: KeySigner | undefined,
  ...names: readonly string[]
): Promise<string> {
  const { catalogIndex } = await catalogIndexOf(t, ...names);
  return jsonText(signer === undefined ? catalogIndex : { ...catalogIndex, signing: signer.signing });
}

/** An address whose answers a test changes, and one user of it. */
async function rig(t: TestContext) {
  const signer = keySigner();
  const now: { text: string; signature: string | undefined; state: 'up' | 'down' } = {
    text: await catalog(t, signer, 'x'),
    signature: undefined,
    state: 'up',
  };
  const server = await loopback(t, (request, response) => {
    const body = request.url === '/catalog.json' ? now.text : now.signature;
    if (now.state === 'down') return void response.writeHead(503).end();
    if (body === undefined) return void response.writeHead(404).end();
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    response.writeHead(200, { etag }).end(body);
  });
  const url = `${server.url}/catalog.json`;
  const [cache, data] = [temporaryFolder(t), temporaryFolder(t)];
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const source = { kind: 'url', url } as const;
  /** What the user has said of the address, and in which files. */
  const pinned: { pins: readonly CatalogPin[]; state: string } = { pins: [], state: 'none' };
  const trustOf = (unsigned: Unsigned): CatalogTrust => ({
    data,
    unsigned,
    env: {},
    pins: (asked) => Promise.resolve(asked === url ? pinned.pins : []),
    pinsState: () => pinned.state,
  });
  const open = async (unsigned: Unsigned = 'refused', from = cache): Promise<readonly string[]> => {
    const trust = trustOf(unsigned);
    const index = await openCatalogIndex({ source, cache: from, mode: 'patient', say, trust, timeouts });
    return Object.keys(index.servers);
  };
  const start = (name = 'x') => quickServer({ source, name, cache, say, trust: trustOf('refused') });
  /** Another catalog takes the place of the one that is there. */
  const publish = async (
    dates: Dates,
    by: KeySigner = signer,
    ...names: readonly string[]
  ): Promise<void> => {
    now.text = await catalog(t, by, ...(names.length > 0 ? names : ['x']));
    now.signature = catalogSignature(now.text, signer, dates);
  };
  return { signer, now, url, cache, data, said, open, start, publish, pinned };
}

async function refuses(work: Promise<unknown>, says: RegExp, code = 'signature-refused'): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof McpcatError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });
}

test('a catalog that its signer has signed is used, and starts its servers', async (t) => {
  const { open, start, publish, said } = await rig(t);
  await publish({ number: 1 });
  assert.deepEqual(await open(), ['x']);
  const server = await start();
  assert.ok(server.signing && 'publicKey' in server.signing);
  await publish({ number: 2 }, undefined, 'x', 'y');
  assert.deepEqual(await open(), ['x', 'y']);
  assert.equal(said.length, 1);
  assert.match(
    said[0] ?? '',
    /is new here: it is signed by the key sha256:[0-9a-f]{64}, and nobody had said who should; from now on only/,
  );
});

const place = '/home/ada/.config/mcpcat/settings.json:3:5';

test('who signs a catalog can be said before anybody has looked at it', async (t) => {
  const { open, publish, pinned, signer, said, now, cache } = await rig(t);
  const other = keySigner();
  const pin = { signers: [other.signing], minNumber: 0, place };
  await publish({ number: 1 });
  pinned.pins = [pin];
  await refuses(
    open(),
    /settings\.json:3:5 expects it signed by the key sha256:[0-9a-f]+, found the key sha256:/,
  );
  pinned.pins = [{ ...pin, signers: [other.signing, signer.signing] }];
  assert.deepEqual(await open(), ['x']);
  assert.match(said.at(-1) ?? '', /is new here: .*, as \/home\/ada\/.*settings\.json:3:5 says; from now on/);
  pinned.pins = [{ ...pin, signers: [signer.signing] }, pin];
  await refuses(open(), /expects it signed by/);
  now.text = await catalog(t, undefined, 'x');
  now.signature = undefined;
  pinned.pins = [{ ...pin, signers: [signer.signing] }];
  await refuses(open('said', `${cache}-new`), /was signed before, and is not any more/);
});

test('what nobody has signed, or is older than its user says, is refused at first sight', async (t) => {
  const { open, publish, pinned, signer, now, cache } = await rig(t);
  pinned.pins = [{ signers: [signer.signing], minNumber: 7, place }];
  const unsigned = await catalog(t, undefined, 'x');
  now.text = unsigned;
  await refuses(open('said'), /is unsigned, and .*settings\.json:3:5 says who has to sign it/);
  await refuses(
    open('accepted'),
    /settings\.json:3:5 says who has to sign it, and doing without does not lift that/,
  );
  await publish({ number: 6 });
  await refuses(open(), /settings\.json:3:5 expects number 7 or higher, found 6/);
  await publish({ number: 7 });
  assert.deepEqual(await open('refused', `${cache}-new`), ['x']);
});

test('what a user says later counts for the copy too, at the next start', async (t) => {
  const { open, start, publish, pinned, now, signer, said } = await rig(t);
  await publish({ number: 1 });
  await open();
  said.length = 0;
  now.state = 'down';
  assert.ok(await start());
  assert.deepEqual(said, [], 'nobody was asked');
  pinned.pins = [{ signers: [signer.signing], minNumber: 0, place }];
  pinned.state = 'first';
  assert.ok(await start());
  assert.match(said.join(), /this is the copy of 0 min ago/);
  now.state = 'up';
  pinned.pins = [{ signers: [keySigner().signing], minNumber: 0, place }];
  pinned.state = 'second';
  await refuses(start(), /expects it signed by/);
  now.state = 'down';
  await refuses(start(), /expects it signed by/);
  await refuses(open('accepted'), /says who has to sign it/);
});

test('who signs after another is told what to do, and only by removing what was seen', async (t) => {
  const { open, publish, url, data, now, cache } = await rig(t);
  await publish({ number: 1 });
  await open();
  const other = keySigner();
  now.text = await catalog(t, other, 'x', 'y');
  now.signature = catalogSignature(now.text, other, { number: 2 });
  await assert.rejects(open('refused', `${cache}-new`), (error) => {
    assert.ok(error instanceof McpcatError);
    assert.match(error.message, /it is not signed by the catalog’s key/);
    assert.match(error.hint ?? '', /the key sha256:[0-9a-f]+ was to sign it\. Only if its makers tell you/);
    assert.ok(error.hint?.includes(`remove ${seenFile(data, url)}`));
    return true;
  });
  rmSync(seenFile(data, url));
  assert.deepEqual(await open('refused', `${cache}-new`), ['x', 'y']);
});

test('an unsigned catalog is read and said to be; nothing of it starts unless its user does without', async (t) => {
  const { now, open, start, said } = await rig(t);
  now.text = await catalog(t, undefined, 'x');
  await refuses(open(), /is unsigned: nobody vouches/);
  await refuses(start(), /is unsigned: nobody vouches/);
  assert.deepEqual(await open('said'), ['x']);
  assert.match(said.at(-1) ?? '', /is unsigned: .* nothing of it starts/);
  assert.deepEqual(await open('accepted'), ['x']);
  await refuses(start(), /is unsigned/);
});

test('a catalog that names a signer without a signature, or was signed before and is not any more, is no unsigned one', async (t) => {
  const { now, open, publish, cache } = await rig(t);
  await refuses(open('said'), /names who signs it, and its signature is not beside it/);
  await publish({ number: 1 });
  await open();
  now.text = await catalog(t, undefined, 'x', 'evil');
  now.signature = undefined;
  await refuses(open('said', `${cache}-new`), /was signed before, and is not any more/);
});

test('rollback: an older catalog is refused, also by who has lost the copy; what was seen outlives the cache', async (t) => {
  const { now, open, publish, said, cache } = await rig(t);
  await publish({ number: 1 });
  const older = { ...now };
  await publish({ number: 2 }, undefined, 'x', 'y');
  await open();
  Object.assign(now, older);
  assert.deepEqual(await open(), ['x', 'y'], 'the copy serves');
  assert.match(said.at(-1) ?? '', /expected number 2 or higher, found 1: an older one was put in its place/);
  await refuses(open('refused', `${cache}-new`), /expected number 2 or higher, found 1/);
  await refuses(open('said', `${cache}-new`), /expected number 2 or higher, found 1/);
});

test('freeze: a catalog that is kept from being replaced serves through its grace, which is said, and no longer', async (t) => {
  const { open, start, publish, said } = await rig(t);
  await publish({ number: 1, expires: 2 });
  await open();
  const now = Date.now();
  t.mock.timers.enable({ apis: ['Date'], now: now + 4 * day });
  assert.deepEqual(await open(), ['x']);
  assert.match(said.at(-1) ?? '', /expired on \d{4}-.* and serves until \d{4}-/);
  t.mock.timers.setTime(now + 10 * day);
  await refuses(open(), /expired on .*, and this machine's clock says/, 'catalog-expired');
  await refuses(start(), /expired on/, 'catalog-expired');
});

test('freeze without a network: the copy does not outlive its grace either', async (t) => {
  const { open, now, publish } = await rig(t);
  await publish({ number: 1, expires: 2 });
  await open();
  now.state = 'down';
  const today = Date.now();
  t.mock.timers.enable({ apis: ['Date'], now: today + day });
  assert.deepEqual(await open(), ['x']);
  t.mock.timers.setTime(today + 10 * day);
  await refuses(open(), /expired on/, 'catalog-expired');
});

test('the same catalog signed anew is current again', async (t) => {
  const { open, now, publish, signer } = await rig(t);
  await publish({ number: 1, expires: 2 });
  await open();
  now.signature = catalogSignature(now.text, signer, { number: 2, expires: 60 });
  assert.deepEqual(await open(), ['x']);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 20 * day });
  assert.deepEqual(await open(), ['x']);
});

test('mix and match: the signature of another catalog, or two of one number, are refused', async (t) => {
  const { now, open, publish, cache } = await rig(t);
  await publish({ number: 1 });
  const first = { ...now };
  await publish({ number: 2 }, undefined, 'x', 'y');
  now.signature = first.signature;
  await refuses(open(), /is not signed by the catalog’s key \(.*it is not about sha256/);
  Object.assign(now, first);
  await open();
  await publish({ number: 1 }, undefined, 'x', 'other');
  await refuses(open('refused', `${cache}-new`), /there are two with the number 1/);
});

test('a new signer is believed only if the old one has signed the change', async (t) => {
  const { now, open, publish, signer, cache } = await rig(t);
  await publish({ number: 1 });
  await open();
  const other = keySigner();
  now.text = await catalog(t, other, 'x', 'evil');
  now.signature = catalogSignature(now.text, other, { number: 2 });
  await refuses(open('refused', `${cache}-new`), /is not signed by the catalog’s key/);
  now.text = await catalog(t, other, 'x', 'y');
  now.signature = catalogSignature(now.text, signer, { number: 2 });
  assert.deepEqual(await open(), ['x', 'y']);
  now.text = await catalog(t, other, 'z');
  now.signature = catalogSignature(now.text, other, { number: 3 });
  assert.deepEqual(await open(), ['z']);
});

test('a poisoned offline copy is refused, whatever its facts say, and so is an older one that was put back', async (t) => {
  const { now, open, start, publish, cache, url } = await rig(t);
  await publish({ number: 1 });
  await open();
  cpSync(path.join(cache, 'catalogs'), path.join(cache, 'older'), { recursive: true });
  await publish({ number: 2 }, undefined, 'x', 'y');
  await open();
  now.state = 'down';
  const files = copyFiles(cache, url);
  const good = { text: readFileSync(files.text, 'utf8'), facts: readFileSync(files.facts, 'utf8') };
  const evil = good.text.replaceAll('"network": []', '"network": ["*"]');
  assert.notEqual(evil, good.text);
  writeFileSync(files.text, evil);
  const sha256 = createHash('sha256').update(evil).digest('hex');
  writeFileSync(files.facts, JSON.stringify({ ...(JSON.parse(good.facts) as object), sha256 }));
  await refuses(open(), /is not signed by/);
  await refuses(start(), /upstream|answers 503|is not signed by/, 'signature-refused');
  for (const name of readdirSync(path.join(cache, 'older')))
    copyFileSync(path.join(cache, 'older', name), path.join(cache, 'catalogs', name));
  await refuses(open(), /expected number 2 or higher, found 1/);
});

test('a clock that is wrong by a year is said, in both directions', async (t) => {
  const { open, publish, cache } = await rig(t);
  await publish({ number: 1 });
  const now = Date.now();
  t.mock.timers.enable({ apis: ['Date'], now: now - 365 * day });
  await refuses(open(), /was made on .*, and this machine's clock says/, 'catalog-expired');
  t.mock.timers.setTime(now + 365 * day);
  await refuses(
    open('refused', `${cache}-new`),
    /expired on .*, and this machine's clock says/,
    'catalog-expired',
  );
});

test('what was seen before and can not be read is not taken for nothing', async (t) => {
  const { open, publish, data, url, cache } = await rig(t);
  await publish({ number: 1 });
  await open();
  writeFileSync(seenFile(data, url), '{"number": 0}');
  await refuses(open('refused', `${cache}-new`), /what was seen of it before can't be read/);
});

test('what another user has put where copies and numbers are kept is not believed', async (t) => {
  const { open, start, publish, now, cache } = await rig(t);
  await publish({ number: 1 });
  await open();
  now.state = 'down';
  await start();
  t.mock.method(thisHost(), 'owns', () => false);
  await refuses(start(), /answers 503|503/, 'upstream-unavailable');
  now.state = 'up';
  await refuses(open('refused', `${cache}-new`), /what was seen of it before can't be read/);
});

test('a number that no reader can count is none, and no catalog is above all others', async (t) => {
  const { open, publish } = await rig(t);
  for (const number of [2 ** 53, 1e300, 0, -1, 1.5]) {
    await publish({ number });
    await refuses(open(), /has no number and dates/);
  }
  await publish({ number: 2 ** 53 - 1 });
  assert.deepEqual(await open(), ['x']);
});

test('a signature beyond all bounds, or none at all, is an error before anything is verified', async (t) => {
  const { now, open, publish } = await rig(t);
  await publish({ number: 1 });
  now.signature = ' '.repeat((1 << 20) + 1);
  await refuses(open(), /expected up to 1 MB, found more/, 'upstream-unavailable');
  now.signature = 'null';
  await refuses(open(), /is not signed by .*no Sigstore bundle/);
});
