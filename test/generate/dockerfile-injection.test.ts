import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/catalog/entry.ts';
import type { GenerateInput } from '../../src/generate/generated.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { generated, inputOf } from './input.ts';
import { readDockerfile, type Instruction } from './dockerfile.ts';

/** Texts that would mean something to a Dockerfile parser, a shell or a reader, if they got there as they are. */
const hostile: Readonly<Record<string, string>> = {
  'a line break': 'x\nRUN ["id"]',
  'a carriage return': 'x\rRUN ["id"]',
  'a line break and a new stage': 'x\n\nFROM scratch\nADD http://127.0.0.1/x /',
  'a command substitution': '$(id) `id` ${PATH} $HOME',
  'a variable with a default': '${x:-"; RUN id"}',
  'double quotes': '" ENV LD_PRELOAD="/tmp/x.so',
  'single quotes': "' ENV X='",
  backslashes: '\\ \\\\ \\" \\n \\u000a',
  'a backslash at the end': 'continues \\',
  'a backslash and a line break': 'continues \\\nUSER 0:0',
  'an option of an instruction': '--mount=type=bind,from=alpine',
  'an option of docker': '--privileged',
  'a heredoc': '<<EOF\nid\nEOF',
  'a heredoc on one line': '<<EOF',
  'a parser directive': '# syntax=example.com/evil',
  'a line break and a directive': '\n# escape=`',
  'a trigger': 'ONBUILD RUN id',
  'a NUL': 'x\0y',
  'a terminal escape': '\u001B[2J',
  'a line separator': 'x\u2028RUN id',
  'a next-line control': 'x\u0085RUN id',
  'text that changes direction': 'x\u202Etxt.exe',
  'other scripts and emoji': 'Μήτις 猫 🐈 e\u0301',
  'half a surrogate pair': 'x\uD800y',
  'the end of a list': '"], "/bin/sh", "-c", ["id',
  'a comma alone': ',',
  'quotes and commas': '","',
  'an empty text': '',
  'a long text': 'x'.repeat(2000),
};

const fields: Readonly<Record<string, (entry: Entry, text: string) => Partial<Entry>>> = {
  title: (_, text) => ({ title: text }),
  description: (_, text) => ({ description: text }),
  license: (_, text) => ({ license: text }),
  repository: (_, text) => ({ repository: `https://example.com/${text}` }),
  'first argument': (_, text) => ({ args: [text] }),
  'later argument': (_, text) => ({ args: ['one', text, 'three'] }),
  'word of the command': ({ command }, text) => ({ command: [...command, text] }),
  network: ({ permissions }, text) => ({ permissions: { ...permissions, network: [text] } }),
  'writable folder': ({ permissions }, text) => ({ permissions: { ...permissions, writable: [text] } }),
  'name of the entry': (_, text) => ({ name: text }),
};

const harmless = 'harmless';
const npm = await inputOf('everything');
const inputs = [npm, await inputOf('time'), await inputOf('github')];

/** The instructions, or the message with which the text was refused. The schema is passed by on purpose. */
async function read(input: GenerateInput, change: Partial<Entry>): Promise<Instruction[] | McpcatError> {
  try {
    const { dockerfile } = await generated({ ...input, entry: { ...input.entry, ...change } });
    return readDockerfile(Buffer.from(dockerfile).toString());
  } catch (error) {
    if (error instanceof McpcatError) return error;
    throw error;
  }
}

for (const [what, text] of Object.entries(hostile)) {
  test(`an entry with ${what} gives the instructions of a harmless one, or is refused`, async () => {
    for (const input of inputs) {
      for (const [field, change] of Object.entries(fields)) {
        const wanted = await read(input, change(input.entry, harmless));
        const found = await read(input, change(input.entry, text));
        assert.ok(!(wanted instanceof McpcatError));
        if (found instanceof McpcatError) assert.equal(found.code, 'entry-refused', field);
        else assertSame(found, wanted, { field, text });
      }
    }
  });
}

function assertSame(
  found: Instruction[],
  wanted: Instruction[],
  { field, text }: { field: string; text: string },
): void {
  assert.deepEqual(
    found.map(({ keyword, words }) => `${keyword} ${String(words.length)}`),
    wanted.map(({ keyword, words }) => `${keyword} ${String(words.length)}`),
    field,
  );
  const plain = (value: string): string => value.replaceAll(/\s+/g, '');
  const inJson = JSON.stringify(text).slice(1, -1);
  const bytes = (value: string): string => Buffer.from(value).toString();
  for (const [index, { words }] of wanted.entries()) {
    words.forEach((word, at) => {
      const value = found[index]?.words[at] ?? '';
      const choices = [text, inJson].map((given) => plain(bytes(word.replace(harmless, () => given))));
      assert.ok(
        choices.includes(plain(bytes(value))),
        `${field}: ${JSON.stringify(value)} came from ${JSON.stringify(word)}`,
      );
    });
  }
}

test('words that no label may change reach the program as they were written', async () => {
  const args = ['$(id)', '--flag', '"', '\\', ',', '","', ' two  spaces ', '猫', "'"];
  const found = await read(npm, { args });
  assert.ok(!(found instanceof McpcatError));
  assert.deepEqual(found.at(-1), { keyword: 'CMD', words: args });
});

test('control characters in arguments are refused with their code and the text', async () => {
  const found = await read(npm, { args: ['a\0b'] });
  assert.ok(found instanceof McpcatError);
  assert.equal(found.message, 'expected text of one line, found the control character U+0000 in "a\\u0000b"');
});

test('a script of a package that the lock does not list is refused, so no option of npm can stand there', async () => {
  for (const name of ['--ignore-scripts=false', '.', 'left-pad', ''])
    await assert.rejects(
      generated({ ...npm, entry: { ...npm.entry, scripts: [{ package: name, reason: 'r' }] } }),
      {
        code: 'entry-refused',
      },
    );
});

test('a bin, a file or a version that a lock made up is refused when it is no plain path', async () => {
  for (const file of ['../../bin/sh', '/bin/sh', 'a b', 'a\nb', '$(id)', '', 'a//b', './a/../../b'])
    await assert.rejects(
      generated({ ...npm, lock: { ...npm.lock, bin: { 'mcp-server-everything': file } } }),
      {
        code: 'entry-refused',
      },
    );
  for (const reference of ['x AS y', 'x\nRUN id', '--platform=x y', '$X'])
    await assert.rejects(generated({ ...npm, build: { reference, fingerprint: '' } }), {
      code: 'entry-refused',
    });
});
