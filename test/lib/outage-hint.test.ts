import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outageHint } from '../../src/lib/outage-hint.ts';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

test('a certificate that nobody known has signed leads to the setting for a company’s authority', () => {
  for (const code of ['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])
    for (const error of [coded(code), new TypeError('fetch failed', { cause: coded(code) })])
      assert.match(
        outageHint(error),
        /^nothing was changed; .* name their authority as "ca" in your settings file$/,
      );
});

test('whatever else keeps a place from answering may pass', () => {
  for (const error of [undefined, 'text', coded('ECONNRESET'), coded('CERT_HAS_EXPIRED')])
    assert.match(outageHint(error, 'nothing was kept'), /^nothing was kept; try again later/);
});

test('an error that is its own cause is looked through once', () => {
  const error = new Error('round');
  error.cause = error;
  assert.match(outageHint(error), /try again later/);
});
