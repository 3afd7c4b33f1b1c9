import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseEnvFile, readEnvFile, settingsOf } from '../../src/cli/env-file.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const env = { FROM_SHELL: 'inherited', EMPTY: '' };
const parse = (text: string): Record<string, string> => parseEnvFile(text, 'my.env', env);

const understood: readonly (readonly [what: string, line: string, value: string])[] = [
  ['plain', 'A=b', 'b'],
  ['empty', 'A=', ''],
  ['an equals sign in it', 'A=b=c==', 'b=c=='],
  ['export in front', 'export A=b', 'b'],
  ['blanks around the sign', 'A = b', 'b'],
  ['single quotes', "A='b # c $D \\n'", 'b # c $D \\n'],
  ['double quotes', 'A="b # c"', 'b # c'],
  ['escapes in double quotes', 'A="one\\ntwo \\"three\\" \\\\ \\$x"', 'one\ntwo "three" \\ $x'],
  ['as bash lists it', 'declare -x A="b"', 'b'],
  ['a key over several lines', 'A="-----BEGIN\nb==\n-----END"', '-----BEGIN\nb==\n-----END'],
  ['lines with an escaped quote', 'A="b\n\\"c" # why', 'b\n"c'],
  ['lines that end in a backslash', 'A="b\\\n"\n', 'b\\\n'],
  ['lines in single quotes', "A='b\n# c\nB=1'", 'b\n# c\nB=1'],
  ['a comment behind it', 'A=b # why', 'b'],
  ['a comment behind quotes', 'A="b" # why', 'b'],
  ['a # inside a word', 'A=b#c', 'b#c'],
  ['only a comment', 'A= # nothing', ''],
  ['a quote inside', `A=it's "so"`, `it's "so"`],
  ['a byte order mark', '\uFEFFA=b', 'b'],
  ['a Windows line end', 'A=b\r', 'b'],
  ['nothing is expanded', 'A=$FROM_SHELL', '$FROM_SHELL'],
];
for (const [what, line, value] of understood)
  test(`a line of a settings file: ${what}`, () =>
    assert.deepEqual(parse(`# head\n\n${line}\n`), { A: value }));

test('a name alone takes its value from the environment, as docker’s files do', () => {
  assert.deepEqual(parse('FROM_SHELL\nEMPTY # why'), { FROM_SHELL: 'inherited', EMPTY: '' });
});

const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['no name', '=b', /^my\.env:1: expected NAME=VALUE/],
  ['a name with a dash', 'A=b\nC-D=e', /^my\.env:2: expected NAME=VALUE/],
  ['a sentence', 'this is no setting', /^my\.env:1: expected NAME=VALUE/],
  ['YAML', 'A: secret', /^my\.env:1: expected NAME=VALUE/],
  ['quotes that never end', 'B=1\nA="secret\nmore', /^my\.env:2: expected a closing "/],
  [
    'quotes that the next line seems to close',
    `A='secret\nB='more'`,
    /^my\.env:1: expected nothing behind the closing '/,
  ],
  ['a line for cmd', 'set A=secret', /^my\.env:1: expected NAME=VALUE/],
  ['a line for PowerShell', '$env:A="secret"', /^my\.env:1: expected NAME=VALUE/],
  ['two words in front of the sign', 'A secret=b', /^my\.env:1: expected NAME=VALUE/],
  ['JSON', '{"A": "b=secret"}', /^my\.env:1: expected NAME=VALUE/],
  ['words behind the quotes', "A='secret' more", /^my\.env:1: expected nothing behind the closing '/],
  ['a name twice', 'A=secret\n\nA=other', /^my\.env:3: A stands in line 1 already/],
  ['a name that the environment has not', 'MISSING', /^my\.env:1: MISSING is not set/],
];
for (const [what, text, message] of refused)
  test(`a settings file with ${what} is refused with its line and without its value`, () => {
    assert.throws(
      () => parse(text),
      (error) => {
        assert.ok(error instanceof McpcatError && error.code === 'usage');
        assert.match(error.message, message);
        assert.doesNotMatch(`${error.message} ${error.hint ?? ''}`, /secret/);
        return true;
      },
    );
  });

test('a settings file in another encoding is refused: half of it would be taken for values', (t) => {
  const utf16 = Buffer.from('\uFEFFA=secret\r\n', 'utf16le');
  const folder = temporaryFolder(t);
  for (const [name, bytes] of [
    ['utf16.env', utf16],
    ['latin1.env', Buffer.from('A=p\xE4ss', 'latin1')],
    ['nul.env', Buffer.from('A=b\0c')],
  ] as const) {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    assert.throws(() => readEnvFile(file, env), {
      code: 'usage',
      message: `${file}: expected text in UTF-8, found another encoding`,
    });
  }
});

test('options give a value, an empty one, or the environment’s; none may stand twice', () => {
  assert.deepEqual(settingsOf(['A=b', 'C=', 'FROM_SHELL'], '--env', env), {
    A: 'b',
    C: '',
    FROM_SHELL: 'inherited',
  });
  assert.throws(() => settingsOf(['A=1', 'A=2'], '--env', env), /--env: A is given twice/);
  assert.throws(() => settingsOf(['NOT_THERE'], '--env', env), /NOT_THERE is not set in the environment/);
});
