import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdownCodeCell, markdownLink, markdownText } from '../../src/lib/markdown-text.ts';
import { firstHidden, oneLine, visible } from '../../src/lib/plain-text.ts';
import { effort } from './effort.ts';
import { randomOf } from './random.ts';

const inputs = effort(10_000);
/** What breaks sanitisers, more often than chance would have it. */
const pieces = [
  '\u001B', '\u001B[', '31m', '[0m', '\u009B', '\u001B]0;', '\u0007', '\r', '\n', '\r\n', '\t', '\u0000', '\u007F',
  '\u202E', '\u2066', '\u200D', '\uFE0F', '\u200B', '\u{E0041}', '\uD83D', '\uDC4D', '👩‍💻', '👍🏽', 'é', '漢', 'ا',
  '`', '|', '<', '>', '&', '"', '[', ']', '(', ')', '!', '@', '://', 'www.', '\\', '*', '_', '#', '::', ' ', 'a', 'Z',
]; // prettier-ignore

function textOf(random: () => number): string {
  const length = Math.floor(random() * 24);
  return Array.from({ length }, () => {
    if (random() < 0.1) return String.fromCodePoint(Math.floor(random() * 0x11_0000));
    return pieces[Math.floor(random() * pieces.length)] ?? '';
  }).join('');
}

test('whatever comes in, nothing hidden comes out, twice is once, and JSON stays the same data', () => {
  const random = randomOf(10);
  for (let at = 0; at < inputs; at++) {
    const text = textOf(random);
    const shown = visible(text);
    const name = JSON.stringify(text);
    assert.doesNotMatch(
      shown,
      /(?![\t\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\u200B\u{E0000}-\u{E0FFF}]/u,
      name,
    );
    assert.equal(firstHidden(shown), undefined, name);
    assert.equal(visible(shown), shown, name);
    assert.deepEqual(JSON.parse(visible(JSON.stringify(text))), text, name);
    assert.doesNotMatch(oneLine(text), /\n|\t|\s{2}/, name);
  }
});

test('whatever comes in, no cell, tag, link or mention comes out', () => {
  const random = randomOf(11);
  for (let at = 0; at < inputs; at++) {
    const text = textOf(random);
    const name = JSON.stringify(text);
    const bare = markdownText(text).replaceAll(/&(?:amp|lt|gt|#\d+);/g, '');
    assert.doesNotMatch(bare, /[<>&@\n]|:\/\/|(?<!\\)(?:\\\\)*[`*_[\]|~#!]/, name);
    assert.doesNotMatch(markdownCodeCell(text).slice(1, -1), /[`\n]|(?<!\\)\|/, name);
    assert.match(
      markdownLink('x', { address: `https://e.org/${text}`, title: text }),
      /^(?:x|\[x\]\(https:[^\s()"<>]* "[^"<>\n]*"\))$/,
      name,
    );
  }
});
