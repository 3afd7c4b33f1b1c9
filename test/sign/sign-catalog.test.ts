import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CatalogPredicate } from '../../src/attest/catalog-statement.ts';
import { predicateType } from '../../src/attest/predicates.ts';
import { signerPolicy } from '../../src/attest/signer-policy.ts';
import { verifiedStatement } from '../../src/attest/verify-statement.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { keylessSigner } from '../../src/sign/keyless.ts';
import { keySigner } from '../../src/sign/key.ts';
import { signCatalog, type SignedCatalog } from '../../src/sign/sign-catalog.ts';
import type { StatementSigner } from '../../src/sign/statement-signer.ts';
import { emptyTrustedRoot, signingKey } from '../publish/signed-image.ts';
import { identityToken, sigstore } from '../rig/sigstore.ts';

const services = await sigstore();
after(() => services[Symbol.asyncDispose]());

const key = keySigner(signingKey(), 'a test');
const day = (number: number): Date => new Date(Date.UTC(2026, 10, number, 12));
const seconds = (date: Date): number => date.getTime() / 1000;
const text = '{"catalogVersion":3}\n';

async function signed(
  now: Date,
  before?: SignedCatalog | string,
  { content = text, signer = key }: { content?: string; signer?: StatementSigner } = {},
): Promise<SignedCatalog> {
  const bundle = typeof before === 'object' ? before.bundle : before;
  return signCatalog({ text: content, before: bundle, signer, now, validDays: 30 });
}

test('a catalog is signed with its digest, a number and an end', async () => {
  const { bundle, number, kept } = await signed(day(1));
  assert.equal(kept, false);
  const expected = {
    digest: digestOf(Buffer.from(text)),
    predicateType: predicateType.catalog,
    signer: signerPolicy(await key.who()),
  };
  const { statement } = verifiedStatement(bundle, { expected, trustedRoot: emptyTrustedRoot });
  assert.deepEqual(CatalogPredicate.parse(statement.predicate), {
    number: seconds(day(1)),
    created: '2026-11-01T12:00:00.000Z',
    expires: '2026-12-01T12:00:00.000Z',
  });
  assert.equal(number, seconds(day(1)));
});

test('the same text is left signed until half of its time is over, then it is signed anew', async () => {
  const first = await signed(day(1));
  const later = await signed(day(10), first);
  assert.deepEqual([later.kept, later.bundle, later.number], [true, first.bundle, first.number]);
  const anew = await signed(day(17), later);
  assert.equal(anew.kept, false);
  assert.ok(anew.number > first.number);
});

test('another text gets a larger number, also from a clock that is behind, or when the last is lost or broken', async () => {
  const first = await signed(day(10));
  const other = { content: '{}\n' };
  assert.equal((await signed(day(10), first, other)).number, first.number + 1);
  assert.equal((await signed(day(2), first, other)).number, first.number + 1);
  assert.ok((await signed(day(11), undefined, other)).number > first.number);
  assert.ok((await signed(day(11), '{', other)).number > first.number);
});

test('another signer signs anew, by key or by name', async () => {
  const first = await signed(day(1));
  assert.equal((await signed(day(2), first, { signer: keySigner(signingKey(), 'a test') })).kept, false);
  const by = (sub: string): StatementSigner =>
    keylessSigner(
      async () => Promise.resolve(identityToken({ iss: 'https://issuer.example', sub })),
      services.services,
    );
  const name = 'https://github.com/mcpcat-run/mcpcat/.github/workflows/rebuild.yml@refs/heads/main';
  const keyless = await signed(day(2), first, { signer: by(name) });
  assert.equal(keyless.kept, false);
  assert.equal((await signed(day(3), keyless, { signer: by(name) })).kept, true);
  assert.equal((await signed(day(3), keyless, { signer: by(`${name}-other`) })).kept, false);
});
