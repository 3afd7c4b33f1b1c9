/** The same questions to each reader of text that strangers write: broken input, and input that is nothing but brackets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/cli/errors.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { firstHidden } from '../../src/lib/plain-text.ts';
import { mutatedText } from './mutate.ts';
import { randomOf } from './random.ts';

/** A reader that calls itself for each bracket ends at about ten thousand: Node's stack has 1 MB. */
const deeperThanStacks = 20_000;

export interface Target {
  readonly seeds: readonly string[];
  /** Its messages, if it has any; throws what the reader throws. */
  readonly read: (text: string) => readonly string[];
}

/**
 * Two tests for each target. Whatever comes in, an answer or an McpcatError comes out, nothing else is thrown, and no
 * message goes to a terminal with hidden characters in it.
 */
export function fuzzed(
  targets: Readonly<Record<string, Target>>,
  { inputs, seed }: { readonly inputs: number; readonly seed: number },
): void {
  for (const [name, { seeds, read }] of Object.entries(targets)) {
    test(`${String(inputs)} times broken, ${name} ends in an answer or an error of ours`, () => {
      const random = randomOf(seed);
      const counts = { answers: 0, errors: 0 };
      for (let index = 0; index < inputs; index++) {
        const text = mutatedText(seeds[index % seeds.length] ?? '', random);
        for (const said of outcome(() => read(text), text, counts))
          assert.equal(firstHidden(said), undefined, JSON.stringify(text.slice(0, 500)));
      }
      // Mutations that are all refused, or all taken, would prove little.
      assert.ok(counts.answers > inputs / 100, JSON.stringify(counts));
    });

    test(`${name} of twenty thousand brackets is no way to end the program`, () => {
      for (const piece of [
        '[',
        '{"a":',
        '{a: ',
        '(',
        '"',
        '\\',
        '&a [',
        "'",
        ' ',
        '# ',
        '- ',
        '=',
        'a\n',
        '\n',
        ',',
      ])
        outcome(() => read(piece.repeat(deeperThanStacks)), piece, { answers: 0, errors: 0 });
    });
  }
}

function outcome(
  read: () => readonly string[],
  text: string,
  counts: { answers: number; errors: number },
): readonly string[] {
  try {
    const said = read();
    if (said.length === 0) counts.answers++;
    else counts.errors++;
    return said;
  } catch (error) {
    assert.ok(error instanceof McpcatError, `${String(error)} for ${JSON.stringify(text.slice(0, 500))}`);
    counts.errors++;
    const printed = explain(error, false).text;
    // A line of a stranger's never begins where one of ours would.
    for (const line of printed.trimEnd().split('\n'))
      assert.match(line, /^(?:mcpcat: | {2}|hint: )/, printed);
    return [printed];
  }
}
