import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isPlainAddress,
  markdownCode,
  markdownCodeCell,
  markdownLink,
  markdownText,
} from '../../src/lib/markdown-text.ts';

test('no markup, HTML, link or mention comes of words of strangers', () => {
  assert.equal(
    markdownText('# a\n![x](https://e.org/p.png) <img src=x> @team `c` *b* | www.e.org &amp;'),
    String.raw`\# a \!\[x\](https:&#47;&#47;e.org/p.png) &lt;img src=x&gt; &#64;team \`c\` \*b\* \| www&#46;e.org &amp;amp;`,
  );
});

test('code has no backtick of theirs, is one line and says when it is empty', () => {
  assert.equal(markdownCode('a`b\n\u202E'), "`a'b \\u202e`");
  assert.equal(markdownCode(' '), '*(empty)*');
  assert.equal(markdownCodeCell('MIT | Apache'), '`MIT \\| Apache`');
});

test('a link leads only to a plain https address', () => {
  const title = 'say "hi" | <b>';
  assert.equal(
    markdownLink('`x`', { address: 'https://e.org/a?b=c#d', title }),
    '[`x`](https://e.org/a?b=c#d "say &quot;hi&quot; \\| &lt;b&gt;")',
  );
  for (const address of [
    'https://e.org/"><img src=x>',
    'https://e.org/a) [b](https://f.org',
    'https://e.org/\u202E',
    'https://user@e.org/',
    'javascript:alert(1)',
    'http://e.org/',
    'https://e.org/a b',
  ]) {
    assert.equal(markdownLink('`x`', { address, title }), '`x`', address);
    assert.equal(isPlainAddress(address), false, address);
  }
});
