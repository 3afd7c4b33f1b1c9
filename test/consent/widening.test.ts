import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grantOf } from '../../src/consent/grant.ts';
import { widening } from '../../src/consent/widening.ts';
import { startOf } from './rig.ts';

const mount = (name: string, mode: string): unknown => ({ name, target: `/${name}`, mode, description: 'x' });
const digest = `sha256:${'a'.repeat(64)}`;
const before = startOf(
  {
    source: 'npm:@scope/notes@^1',
    permissions: {
      network: ['api.example.com', '*.cdn.example.com', '{HOST}:5432'],
      mounts: [mount('data', 'ro'), mount('out', 'rw')],
      state: [{ name: 'memory', target: '/memory', description: 'x' }],
      writable: ['/tmp', '/cache'],
    },
    env: { KEY: { description: 'x', secret: true }, HOST: { description: 'x' } },
    limits: { memory: '512m', cpus: 1, pids: 128 },
    shm: '64m',
  },
  { image: { digest, repository: 'ghcr.io/o/notes' }, tools: { count: 2, names: ['read', 'write'] } },
);

type Entry = Partial<(typeof before)['entry']>;

function wider(
  entry: Entry,
  more: Parameters<typeof startOf>[1] = {},
  given: readonly string[] = [],
): string[] {
  const now = { ...before, ...more, entry: { ...before.entry, ...entry } };
  return widening(grantOf(before), grantOf(now), new Set(given));
}

const permissions = (change: Partial<Entry['permissions']>): Entry => ({
  permissions: { ...before.entry.permissions, ...change },
});

test('the same, and less of everything, is no widening', () => {
  assert.deepEqual(wider({}), []);
  const { entry } = before;
  const { env } = entry;
  assert.deepEqual(
    wider(
      {
        source: 'npm:@scope/notes@^2',
        permissions: {
          network: ['a.cdn.example.com'],
          mounts: [{ ...entry.permissions.mounts[1], mode: 'ro' } as never],
          state: [],
          writable: [],
        },
        env: { KEY: env['KEY'] as never },
        limits: { memory: '256m', cpus: 0.5, pids: 64 },
        shm: undefined,
      },
      {
        image: { digest: `sha256:${'b'.repeat(64)}`, repository: 'ghcr.io/o/notes' },
        tools: { count: 1, names: ['read'] },
      },
    ),
    [],
  );
});

/** What changes → the line that says so. */
const widened: readonly (readonly [what: string, found: string[], lines: readonly string[]])[] = [
  ['everything instead of a host', wider(permissions({ network: ['*'] })), ['network: *']],
  [
    'a further host',
    wider(permissions({ network: ['api.example.com', 'evil.example.org'] })),
    ['network: evil.example.org'],
  ],
  [
    'another port',
    wider(permissions({ network: ['api.example.com:8443'] })),
    ['network: api.example.com:8443'],
  ],
  ['the host of another setting', wider(permissions({ network: ['{KEY}:5432'] })), ['network: {KEY}:5432']],
  ['a wider suffix', wider(permissions({ network: ['*.example.com'] })), ['network: *.example.com']],
  [
    'a folder more, and one for writing',
    wider(permissions({ mounts: before.entry.permissions.mounts.map((one) => ({ ...one, mode: 'rw' })) })),
    ['folder data: for writing too'],
  ],
  [
    'more that is kept',
    wider(permissions({ state: [{ name: 'more', target: '/m', description: 'x' }] })),
    ['keeps from run to run: more'],
  ],
  [
    'more that is written',
    wider(permissions({ writable: ['/home/mcpcat'] })),
    ['writes in memory at /home/mcpcat'],
  ],
  [
    'more memory',
    wider({ limits: { memory: '1g', cpus: 2, pids: 256 } }),
    ['memory: 1074 MB (it was 537 MB)', 'processors: 2 (it was 1)', 'processes: 256 (it was 128)'],
  ],
  [
    'another package',
    wider({ source: 'npm:@scope/nodes' }),
    ['another package: npm:@scope/nodes (it was npm:@scope/notes)'],
  ],
  [
    'another registry',
    wider({}, { image: { digest, repository: 'ghcr.io/p/notes' } }),
    ['images from another place: ghcr.io/p/notes (it was ghcr.io/o/notes)'],
  ],
  ['another tool', wider({}, { tools: { count: 2, names: ['read', 'delete'] } }), ['tool delete']],
  [
    'a secret that is none any more',
    wider({ env: { KEY: { description: 'x', required: false, secret: false } } }),
    ['setting KEY would no longer be kept secret'],
  ],
];
for (const [what, found, lines] of widened) test(`${what} is said`, () => assert.deepEqual(found, lines));

test('where only the number of tools is known, more of them count', () => {
  assert.deepEqual(wider({}, { tools: { count: 3 } }), ['3 tools (it was 2)']);
  assert.deepEqual(wider({}, { tools: { count: 2 } }), []);
});

test('a new setting counts if the environment has one of that name', () => {
  const env = { ...before.entry.env, GITHUB_TOKEN: { description: 'x', required: false, secret: true } };
  assert.deepEqual(wider({ env }, {}, []), []);
  assert.deepEqual(wider({ env }, {}, ['GITHUB_TOKEN', 'KEY']), [
    'setting GITHUB_TOKEN, which your environment has',
  ]);
});

test('an image that is published for the first time, and tools listed for the first time, are none', () => {
  const local = { ...before, image: undefined, tools: undefined };
  assert.deepEqual(widening(grantOf(local), grantOf(before), new Set()), []);
});

test('a rule that stays leads elsewhere by another default: that is more, and no default is less', () => {
  const leading = (value?: string): ReturnType<typeof grantOf> =>
    grantOf(
      startOf({
        permissions: { network: ['{HOST}:{PORT}'] },
        env: {
          HOST: { description: 'x', ...(value === undefined ? {} : { default: value }) },
          PORT: { description: 'x', default: '443' },
          LANGUAGE: { description: 'x', default: value ?? 'en' },
        },
      }),
    );
  const wideningFrom = (from?: string, to?: string): string[] =>
    widening(leading(from), leading(to), new Set());
  assert.deepEqual(wideningFrom('https://a.example.com', 'https://b.example.com'), [
    'network: https://b.example.com, unless you set HOST',
  ]);
  assert.deepEqual(wideningFrom(undefined, 'https://b.example.com'), [
    'network: https://b.example.com, unless you set HOST',
  ]);
  assert.deepEqual(wideningFrom('https://a.example.com', undefined), []);
  assert.deepEqual(wideningFrom('https://a.example.com', 'https://a.example.com'), []);
});
