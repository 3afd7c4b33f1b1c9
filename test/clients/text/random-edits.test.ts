import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigFormat, ServersPlace } from '../../../src/clients/text/config-text.ts';
import { putServer, readServers, removeServer } from '../../../src/clients/text/edit.ts';
import { McpcatError } from '../../../src/lib/errors.ts';

/** xorshift32: the same texts at every run, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Pick = (below: number) => number;

/** A file as people leave it: comments at any place, one or several lines, with or without a comma at the end. */
function jsonFile(pick: Pick, names: readonly string[]): string {
  const eol = pick(3) === 0 ? '\r\n' : '\n';
  const step = ['  ', '    ', '\t'][pick(3)] ?? '  ';
  const comment = (): string => ['', '', ' // note', ' /* note */'][pick(4)] ?? '';
  const own = (level: number): string =>
    pick(3) === 0 ? step.repeat(level) + ['// of its own', '/* two\n lines */'][pick(2)] + eol : '';
  const servers = names.map((name, index) => {
    const comma = index < names.length - 1 || pick(2) === 0 ? ',' : '';
    const value =
      pick(2) === 0
        ? '{ "command": "x" }'
        : `{${eol}${step.repeat(3)}"command": "y"${comment()}${eol}${step.repeat(2)}}`;
    return `${own(2)}${step.repeat(2)}"${name}": ${value}${comma}${comment()}${eol}`;
  });
  const place = `${step}"mcpServers": {${comment()}${eol}${servers.join('')}${own(2)}${step}}`;
  return `${own(0)}{${eol}${step}"theme": 1,${comment()}${eol}${place}${pick(2) === 0 ? ',' : ''}${comment()}${eol}}${eol}`;
}

function tomlFile(pick: Pick, names: readonly string[]): string {
  const gap = (): string => ['', '\n', '\n# note\n', '\n\n'][pick(4)] ?? '';
  const servers = names.map((name) => {
    const key = pick(2) === 0 ? name : `"${name}"`;
    const env = pick(2) === 0 ? `${gap()}[mcp_servers.${key}.env]\nA = "1" # note\n` : '';
    return `${gap()}[mcp_servers.${key}]\ncommand = """\n[x]\n"""${pick(2) === 0 ? ' # note' : ''}\n${env}`;
  });
  return `model = "x"\n${servers.join('')}${gap()}[other]\na = 1\n`;
}

function yamlFile(pick: Pick, names: readonly string[]): string {
  const note = (): string => (pick(3) === 0 ? ' # note' : '');
  const indent = ' '.repeat([2, 4][pick(2)] ?? 2);
  const servers = names.map(
    (name) =>
      `${pick(3) === 0 ? `${indent}# of its own\n` : ''}${indent}${name}:${note()}\n${indent}  command: x${note()}\n`,
  );
  return `a: [1,  2]\nmcpServers:${servers.length === 0 ? ' {}' : note()}\n${servers.join('')}${pick(2) === 0 ? '\n' : ''}# tail\nz: 'q'\n`;
}

const kinds: Readonly<Record<ConfigFormat, (pick: Pick, names: readonly string[]) => string>> = {
  json: jsonFile,
  toml: tomlFile,
  yaml: yamlFile,
};

for (const format of ['json', 'toml', 'yaml'] as const)
  test(`100 ${format} files: what is asked for changes, every other line stays`, () => {
    const place: ServersPlace = {
      keyPath: [format === 'toml' ? 'mcp_servers' : 'mcpServers'],
      isList: false,
    };
    for (let seed = 1; seed <= 100; seed += 1) {
      const pick = numbers(seed * 7919);
      const names = ['a', 'b', 'c', 'd'].slice(0, pick(5));
      const text = kinds[format](pick, names);
      const entry = { command: '/x/mcpcat', args: ['run', 'new'], env: { K: 'v "quoted" \\ back' } };
      const put = putServer(format, { text, place }, { name: 'new', entry });
      assert.deepEqual(
        [...readServers(format, put, place).keys()],
        [...names, 'new'],
        `seed ${String(seed)}`,
      );
      // Every line that was there is there, in its order; at most one has got a comma.
      const lost = missingLines(text, put);
      assert.ok(lost <= 1, `seed ${String(seed)}: ${String(lost)} lines lost\n${put}`);
      const gone = names[pick(Math.max(1, names.length))];
      if (gone === undefined) continue;
      const removed = removeServer(format, { text: put, place }, gone);
      assert.deepEqual(
        [...readServers(format, removed, place).keys()],
        [...names.filter((name) => name !== gone), 'new'],
        `seed ${String(seed)}`,
      );
      assert.equal(
        comments(removed) >= comments(text) - inside(text, gone),
        true,
        `seed ${String(seed)}\n${put}\n→\n${removed}`,
      );
    }
  });

function missingLines(before: string, after: string): number {
  const left = after.split('\n');
  let lost = 0;
  for (const line of before.split('\n')) {
    const index = left.indexOf(line);
    if (index === -1) lost += 1;
    else left.splice(0, index + 1);
  }
  return lost;
}

function comments(text: string): number {
  return text.match(/note|of its own|two\n lines|tail/g)?.length ?? 0;
}

/** Comments within a server go with it: a key's line, its value, its sub-tables. At most these. */
function inside(text: string, name: string): number {
  return text.includes(name) ? 4 : 0;
}

test('300 damaged files are refused or edited rightly, never something else', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const pick = numbers(seed * 104_729);
    const format = (['json', 'toml', 'yaml'] as const)[pick(3)] ?? 'json';
    const whole = kinds[format](pick, ['a', 'b']);
    const at = pick(whole.length);
    const text =
      pick(2) === 0
        ? whole.slice(0, at)
        : whole.slice(0, at) + (['{', '"', ',', ']', '\n', ':', '#'][pick(7)] ?? '') + whole.slice(at);
    const place: ServersPlace = {
      keyPath: [format === 'toml' ? 'mcp_servers' : 'mcpServers'],
      isList: false,
    };
    try {
      const put = putServer(format, { text, place }, { name: 'new', entry: { command: 'x' } });
      assert.deepEqual(readServers(format, put, place).get('new'), { command: 'x' });
    } catch (error) {
      assert.ok(
        error instanceof McpcatError && error.code === 'client-file-invalid',
        `seed ${String(seed)}: ${String(error)}\n${text}`,
      );
    }
  }
});
