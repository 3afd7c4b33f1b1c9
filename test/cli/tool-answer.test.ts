import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerText } from '../../src/cli/render/tool-answer.ts';

test('texts are printed as they are, each ended by one line end', () => {
  const content = [
    { type: 'text', text: 'a\n' },
    { type: 'text', text: 'b' },
    { type: 'text', text: '' },
  ];
  assert.equal(answerText({ isError: false, content }), 'a\nb\n');
});

test('what is no text is named, with where to find it', () => {
  const content = [
    { type: 'image', mimeType: 'image/png', data: 'AAAA' },
    { type: 'resource_link', uri: 'file:///a', name: 'a' },
    { type: 'resource', resource: { uri: 'file:///b', text: 'words' } },
    { type: 'resource', resource: { uri: 'file:///c', blob: 'AAAA' } },
    { type: 'hologram' },
  ];
  assert.equal(
    answerText({ isError: false, content }),
    '[image, image/png, 3 bytes; --json has it]\n[resource file:///a]\nwords\n[resource file:///c; --json has it]\n[hologram; --json has it]\n',
  );
});

test('structure stands for an answer that has nothing else', () => {
  assert.equal(answerText({ isError: false, content: [], structuredContent: { a: 1 } }), '{\n  "a": 1\n}\n');
  assert.equal(answerText({ isError: false, content: [] }), '');
});
