import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { compile, startInit, record, removeOutput } from './rig.ts';

const timeout = 30_000;
const env = { MCPCAT_PREAMBLE: '1', PLAIN: 'kept', TOKEN: 'overridden' };
before(compile);
after(removeOutput);

async function endedWith(
  input: Buffer | string,
  script = 'true',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { process: child, ended } = startInit(['sh', '-c', script], { env });
  child.stdin.end(input);
  return ended;
}

test('secrets reach the server, and what follows them is the first thing it reads', { timeout }, async () => {
  const input = Buffer.concat([record('TOKEN=s3cret=x', 'EMPTY='), Buffer.from('{"first":1}\n')]);
  const { code, stdout } = await endedWith(input, 'echo "$TOKEN|$EMPTY|$PLAIN|$MCPCAT_PREAMBLE"; cat');
  assert.deepEqual([code, stdout], [0, 's3cret=x||kept|\n{"first":1}\n']);
});

test('a secrets handoff may come one byte at a time', { timeout }, async () => {
  const { process: child, ended } = startInit(['sh', '-c', 'echo "$TOKEN"; cat'], { env });
  for (const byte of record('TOKEN=slow')) {
    child.stdin.write(Buffer.from([byte]));
    await wait(2);
  }
  child.stdin.end('rest');
  assert.equal((await ended).stdout, 'slow\nrest');
});

test('an empty secrets handoff is fine', { timeout }, async () => {
  assert.equal((await endedWith('MCPCAT1 0\n')).code, 0);
});

test('secrets are in neither the environment nor the arguments of process 1', { timeout }, async () => {
  const script = 'cat /proc/1/environ /proc/1/cmdline | grep -ac s[3]cret';
  const { process: child, ended } = startInit(['sh', '-c', script], { env, namespace: true });
  child.stdin.end(record('TOKEN=s3cret'));
  assert.equal((await ended).stdout, '0\n');
});

const refused: Readonly<Record<string, Buffer | string>> = {
  'no secrets handoff at all': '{"jsonrpc":"2.0"}\n',
  'the end of input at once': '',
  'a length that is not a number': 'MCPCAT1 12x\n',
  'a negative length': 'MCPCAT1 -1\n',
  'more than a megabyte': 'MCPCAT1 1048577\n',
  'an endless header': `MCPCAT1 ${'0'.repeat(100)}\n`,
  'fewer bytes than announced': 'MCPCAT1 50\nTOKEN=s3cret\0',
  'a record without NUL': 'MCPCAT1 12\nTOKEN=s3cret',
  'a record without a name': record('=s3cret'),
  'a name with a space': record('TO KEN=s3cret'),
  'a name that starts with a digit': record('1TOKEN=s3cret'),
  'a record without =': record('TOKENs3cret'),
  'an empty record': record(''),
  'a name that comes twice': record('TOKEN=s3cret', 'TOKEN=other'),
  'one of our own names': record('MCPCAT_TERM_GRACE_MS=s3cret'),
  'too many records': record(...Array.from({ length: 257 }, (_, index) => `N${String(index)}=s3cret`)),
};
for (const [what, input] of Object.entries(refused)) {
  test(`a secrets handoff with ${what} is refused without showing a value`, { timeout }, async () => {
    const { code, stdout, stderr } = await endedWith(input, 'echo started');
    assert.deepEqual([code, stdout], [125, '']);
    assert.match(stderr, /^mcpcat-init: /);
    assert.doesNotMatch(stderr, /s3cret/);
  });
}
