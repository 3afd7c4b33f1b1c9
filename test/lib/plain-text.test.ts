import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { firstHidden, oneLine, visible, withoutHidden } from '../../src/lib/plain-text.ts';
import { VisibleStream } from '../../src/lib/visible-stream.ts';

test('what a terminal would obey is shown, and colours are dropped', () => {
  assert.equal(visible('a\u001B[2Jb\u009B1Kc\u0007'), 'a\\u001b[2Jb\\u009b1Kc\\u0007');
  assert.equal(visible('\u001B[1;31mred\u001B[0m'), 'red');
  assert.equal(visible('\u001B\u001B[m[2J'), '\\u001b[2J');
  assert.equal(
    visible('\u001B]8;;https://example.com\u001B\\here'),
    '\\u001b]8;;https://example.com\\u001b\\here',
  );
});

test('marks of direction and characters that are not seen are shown', () => {
  assert.equal(visible('\u202Etxt.exe\u2066'), '\\u202etxt.exe\\u2066');
  assert.equal(visible('a\u200Bb\u00ADc\uFEFF\u2060\u3164'), 'a\\u200bb\\u00adc\\ufeff\\u2060\\u3164');
  assert.equal(visible('tag \u{E0041}'), 'tag \\udb40\\udc41');
  assert.equal(visible('half \uD800'), 'half \\ud800');
});

test('text in any script, emoji with their joiners, tabs and line feeds stay as they are', () => {
  const words = 'Ünï 漢字 עברית عربي 👩‍💻 ⚠️ 👍🏽\n\tx';
  assert.equal(visible(words), words);
  assert.equal(firstHidden(words), undefined);
});

test('a carriage return does not write over the line before', () => {
  assert.equal(visible('Network: everything\rNetwork: none'), 'Network: everything\nNetwork: none');
  assert.equal(oneLine('a\r\nb\u2028c'), 'a b\\u2028c');
});

test('JSON stays the same data', () => {
  const value = { a: 'x\u202Ey\u009B\u001B[31m\u{E0041}\r\n' };
  assert.deepEqual(JSON.parse(visible(JSON.stringify(value))), value);
});

test('one line is cut with a mark, never within a pair', () => {
  assert.equal(oneLine(' a \n\n  b '), 'a b');
  assert.equal(oneLine('abcdef', 3), 'abc…');
  assert.equal(oneLine('ab👍c', 3), 'ab\uFFFD…');
});

test('the first hidden character is named, and can be left out', () => {
  assert.equal(firstHidden('fine\u202E'), '\\u202e');
  assert.equal(withoutHidden('a\u202Eb\u001B[0mc\u0000'), 'abc');
});

test('a stream cut within a character, a colour or the end of a line gives the same text', async () => {
  const bytes = Buffer.from('wär\u001B[31m rot\u001B[0m\r\n\u202E\u001B[2J 👍 end\u001B');
  for (let size = 1; size < 9; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    const shown = await text(Readable.from(chunks, { objectMode: false }).pipe(new VisibleStream()));
    assert.equal(shown, 'wär rot\n\\u202e\\u001b[2J 👍 end\\u001b', `pieces of ${String(size)}`);
  }
});
