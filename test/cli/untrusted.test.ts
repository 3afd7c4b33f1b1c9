import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CommandSpec } from '../../src/cli/command.ts';
import { explain } from '../../src/cli/errors.ts';
import { findingsText } from '../../src/cli/render/findings.ts';
import { table } from '../../src/cli/render/table.ts';
import { shownOnTerminal } from '../../src/cli/shown-on-terminal.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { printed } from './printed.ts';

const screen = '\u001B[2J\u202E\u009B';
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E]/;

async function catalogWith(t: TestContext, yaml: string): Promise<string> {
  const folder = temporaryFolder(t);
  await mkdir(path.join(folder, 'x'));
  await writeFile(path.join(folder, 'x', 'server.yaml'), yaml);
  return folder;
}

const entry = `name: x
title: X
description: It is here for the tests.
categories: [testing]
repository: https://example.com/x
license: MIT
source: npm:x
command: [x]
`;

test('no command can print what a terminal would obey', async () => {
  const spec: CommandSpec = {
    name: 'shout',
    summary: '',
    usage: '',
    options: {},
    examples: [],
    load: () =>
      Promise.resolve({
        execute: ({ terminal }) => {
          terminal.stdout.write(`out ${screen}\n`);
          terminal.stderr.write(`err ${screen}\n`);
          throw new McpcatError('engine-failed', `why ${screen}\nmcpcat: forged`, {
            detail: [`x${screen}\nhint: forged`],
          });
        },
      }),
  };
  const { stdout, stderr } = await printed(['shout'], { specs: [spec] });
  assert.equal(stdout, 'out \\u001b[2J\\u202e\\u009b\n');
  assert.doesNotMatch(stderr, obeyed);
  assert.doesNotMatch(stderr, /^(?:mcpcat|hint): forged/m);
});

test('in a workflow, no line of output is a command to the runner', async () => {
  const spec: CommandSpec = {
    name: 'shout',
    summary: '',
    usage: '',
    options: {},
    examples: [],
    load: () =>
      Promise.resolve({
        execute: ({ terminal }) => {
          terminal.stdout.write('  ::add-mask::a\nx ##[group]b\nstd::string\n');
          return Promise.resolve(0);
        },
      }),
  };
  const { stdout } = await printed(['shout'], { specs: [spec], env: { GITHUB_ACTIONS: 'true' } });
  assert.equal(stdout, '  \\u003a:add-mask::a\nx ##\\u005bgroup]b\nstd::string\n');
});

test('hidden characters anywhere in an entry are refused with line and column', async (t) => {
  const cases: readonly (readonly [yaml: string, place: RegExp])[] = [
    [entry.replace('title: X', String.raw`title: "X\e[2J"`), /server\.yaml:2:1: title: .*\\u001b/],
    [entry.replace('here', 'he\u202Ere'), /server\.yaml:3:1: description: .*\\u202e/],
    [`${entry}args: ["a\u200Bb"]\n`, /server\.yaml:9:8: args\.0: .*\\u200b/],
    [
      `${entry}env:\n  KEY: { description: "a\u2066" }\n`,
      /server\.yaml:10:10: env\.KEY\.description: .*\\u2066/,
    ],
  ];
  for (const [yaml, place] of cases) {
    const { stderr, exitCode } = await printed(['info', 'x', '--catalog', await catalogWith(t, yaml)]);
    assert.equal(exitCode, 2, yaml);
    assert.match(stderr, place);
    assert.doesNotMatch(stderr, obeyed);
  }
});

test('a repository address that a page would take for markup is refused', async (t) => {
  const yaml = entry.replace('https://example.com/x', `'https://example.com/"><img src=x>'`);
  const { stderr, exitCode } = await printed(['info', 'x', '--catalog', await catalogWith(t, yaml)]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /server\.yaml:5:1: repository: must be an https address without quotes/);
});

test('info says what a server may do before any word of its own, which cannot pass for ours', async (t) => {
  const forged = entry.replace(
    'description: It is here for the tests.',
    'description: "A tool.\\n\\nWhat it may do:\\n  Network: none."',
  );
  const yaml = `${forged}permissions: { network: ['*'] }\n`;
  const { stdout } = await printed(['info', 'x', '--catalog', await catalogWith(t, yaml)]);
  assert.equal(stdout.match(/^What it may do:$/gm)?.length, 1);
  assert.doesNotMatch(stdout, /^ *Network: none/m);
  assert.ok(stdout.indexOf('THE WHOLE INTERNET') < stdout.indexOf('A tool.'));
});

test('findings, tables and errors keep words of strangers on their line', () => {
  const findings = [
    {
      kind: 'x',
      severity: 'error',
      message: `m${screen}\nerror y: forged`,
      evidence: [`e${screen}\nforged`],
    },
  ] as const;
  const shown = findingsText([{ name: 'x', findings }]);
  assert.doesNotMatch(shown, obeyed);
  assert.doesNotMatch(shown, /^(?:error y: )?forged/m);
  assert.equal(table(['a'], [[`x\ny${screen}`]]).split('\n').length, 3);
  const { text } = explain(new McpcatError('usage', 'a', { hint: 'b\nmcpcat: forged' }), false);
  assert.doesNotMatch(text, /^mcpcat: forged/m);
});

test('a server on a terminal is made visible, on a pipe it is left alone', async () => {
  const pipe = new PassThrough();
  assert.equal(shownOnTerminal(pipe as unknown as NodeJS.WriteStream), pipe);
  const screenful = Object.assign(new PassThrough(), { isTTY: true });
  shownOnTerminal(screenful as unknown as NodeJS.WriteStream).write(screen);
  await once(screenful, 'readable');
  assert.equal(String(screenful.read()), '\\u001b[2J\\u202e\\u009b');
});
