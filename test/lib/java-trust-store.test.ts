import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { javaTrustStore } from '../../src/lib/java-trust-store.ts';

/** An authority of nobody's, made with OpenSSL; its key is gone. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmjCCAT+gAwIBAgIUQNiN+41PjT7GStvWbK0+bWFDtOYwCgYIKoZIzj0EAwIw
ITEfMB0GA1UEAwwWQXV0aG9yaXR5IG9mIHRoZSB0ZXN0czAgFw0yNjExMjgwMTQw
MDFaGA8yMTI2MTEwNDAxNDAwMVowITEfMB0GA1UEAwwWQXV0aG9yaXR5IG9mIHRo
ZSB0ZXN0czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGHqXMR/xAgG23Suz98U
z3ufzCXtBpTb1EmZOhHZyzJ0bQcDyXkosDZPAf2VdoPBMZyexGnThDJNrnDUEslo
fsKjUzBRMB0GA1UdDgQWBBRXoCafktJLqXsAmnDr6zeSXT85dDAfBgNVHSMEGDAW
gBRXoCafktJLqXsAmnDr6zeSXT85dDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
BAMCA0kAMEYCIQDx4Pbgavq2nWDYCgXKVOGpZY38WPg0Bzvah4LrbVq19wIhAPjV
HZZxrE1mpRZpK+KSrFnxea5STCIgBUr1wQbugSWs
-----END CERTIFICATE-----`;

/** `keytool -importcert -alias SHA256 -keystore FILE -storetype JKS -storepass changeit` of OpenJDK 17.0.15 with it. */
const byKeytool = Buffer.from(
  '/u3+7QAAAAIAAAABAAAAAgBAZDYxNDU1MzUyM2U0ZDZhYzMxOWViNjJjMzgxNjhjNTdiYTM3OWJjOWM0M2I2N2ZlOGExYjQ1MmMyMjg0OTNkYgAAAaIfzzEMAAVYLjUwOQAAAZ4wggGaMIIBP6ADAgECAhRA2I37jU+NPsZK29ZsrT5tYUO05jAKBggqhkjOPQQDAjAhMR8wHQYDVQQDDBZBdXRob3JpdHkgb2YgdGhlIHRlc3RzMCAXDTI2MTEyODAxNDAwMVoYDzIxMjYxMTA0MDE0MDAxWjAhMR8wHQYDVQQDDBZBdXRob3JpdHkgb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYepcxH/ECAbbdK7P3xTPe5/MJe0GlNvUSZk6EdnLMnRtBwPJeSiwNk8B/ZV2g8ExnJ7EadOEMk2ucNQSyWh+wqNTMFEwHQYDVR0OBBYEFFegJp+S0kupewCacOvrN5JdPzl0MB8GA1UdIwQYMBaAFFegJp+S0kupewCacOvrN5JdPzl0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAPHg9uBq+radYNgKBcpU4alljfxY+DQHO9qHguttWrX3AiEA+NUdlnGsTWalFmkr4pKsWfF5rlJMIiAFSvXBBu6BJax2/qAVAAZcIpdNuKlkhT5J2gZexA==',
  'base64',
);
/** Behind three numbers, the kind of the entry and its name of 64 bytes: when it was made. */
const made = 4 * 3 + 4 + 2 + 64;
const sumBytes = 20;

const bodyOf = (store: Buffer): Buffer => {
  const body = Buffer.from(store.subarray(0, -sumBytes));
  body.fill(0, made, made + 8);
  return body;
};

/** As Java does it with a password, so that whoever has this one can see that nothing was changed. */
const sumOf = (store: Buffer): Buffer =>
  createHash('sha1')
    .update(Buffer.from('\0c\0h\0a\0n\0g\0e\0i\0t', 'latin1'))
    .update('Mighty Aphrodite')
    .update(store.subarray(0, -sumBytes))
    .digest();

test('one certificate gives what Java’s own keytool makes of it, but for the time', () => {
  const store = javaTrustStore([certificate]);
  assert.deepEqual(store.subarray(0, -sumBytes), bodyOf(byKeytool));
  for (const each of [store, byKeytool]) assert.deepEqual(each.subarray(-sumBytes), sumOf(each));
});

test('a certificate that is cut off is left out, and the others are there', () => {
  const lines = certificate.split('\n');
  const cut = [...lines.slice(0, 4), lines.at(-1)].join('\n');
  assert.deepEqual(javaTrustStore([cut, certificate, cut]), javaTrustStore([certificate]));
});

test('several have a name each, and the same ones give the same bytes', () => {
  const none = javaTrustStore([]);
  assert.equal(none.readUInt32BE(8), 0);
  const two = javaTrustStore([certificate, certificate]);
  assert.equal(two.readUInt32BE(8), 2);
  assert.deepEqual(two, javaTrustStore([certificate, certificate]));
});
