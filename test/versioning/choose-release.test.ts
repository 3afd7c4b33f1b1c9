import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseRelease,
  type Choice,
  type AvailableReleases,
  type Rules,
} from '../../src/versioning/choose-release.ts';
import { versioning } from '../../src/versioning/versioning.ts';

const now = new Date('2026-11-20T12:00:00Z');
const old = '2026-01-01T00:00:00Z';

function choose(available: AvailableReleases, rules: Partial<Rules> = {}): Choice {
  return chooseRelease(available, {
    versioning: versioning.npm,
    range: undefined,
    current: undefined,
    coolDownDays: 3,
    now,
    urgent: () => false,
    ...rules,
  });
}

function releases(...versions: readonly string[]): AvailableReleases['releases'] {
  return versions.map((version) => ({ version, published: old }));
}

test('the newest finished release is taken, whatever order the registry lists', () => {
  const { release, passed } = choose({
    releases: releases('1.2.0', '1.10.0', '1.9.0', '2.0.0-rc.1', 'junk'),
  });
  assert.equal(release?.version, '1.10.0');
  assert.deepEqual(
    passed.map(({ version, why }) => [version, why]),
    [['2.0.0-rc.1', 'pre-release']],
  );
});

test('a pre-release is taken by who asks for it: a range that names one, a tag, or its author as the recommended one', () => {
  const available = { releases: releases('1.0.0', '2.0.0-rc.1'), tags: { next: '2.0.0-rc.1' } };
  assert.equal(choose(available, { range: '>=2.0.0-0' }).release?.version, '2.0.0-rc.1');
  assert.equal(choose(available, { range: 'next' }).release?.version, '2.0.0-rc.1');
  assert.equal(choose({ ...available, recommended: '2.0.0-rc.1' }).release?.version, '2.0.0-rc.1');
  assert.equal(choose(available).release?.version, '1.0.0');
});

test('what is newer than the recommended release is not for everybody yet', () => {
  const { release, passed } = choose({ releases: releases('1.0.0', '2.0.0', '3.0.0'), recommended: '2.0.0' });
  assert.equal(release?.version, '2.0.0');
  assert.deepEqual(passed, [
    { version: '3.0.0', why: 'not-recommended', detail: 'its author recommends 2.0.0' },
  ]);
});

for (const how of ['yanked', 'deprecated', 'retracted'] as const) {
  test(`a release that was ${how} is passed over and said, unless it is pinned by name`, () => {
    const withdrawn = { how, reason: 'it breaks' };
    const available = { releases: [{ version: '1.1.0', published: old, withdrawn }, ...releases('1.0.0')] };
    const { release, passed } = choose(available);
    assert.equal(release?.version, '1.0.0');
    assert.deepEqual(passed, [{ version: '1.1.0', why: how, detail: 'it breaks' }]);
    assert.equal(choose(available, { range: '^1.1.0' }).release, undefined);
    assert.equal(choose(available, { range: '1.1.0' }).release?.version, '1.1.0');
  });
}

test('a release waits until it is old enough, to the minute', () => {
  const at = (published: string | undefined): string | undefined =>
    choose({ releases: [{ version: '1.1.0', published }, ...releases('1.0.0')] }).release?.version;
  assert.equal(at('2026-11-17T12:00:00Z'), '1.1.0');
  assert.equal(at('2026-11-17T12:00:01Z'), '1.0.0');
  assert.equal(at('2099-01-01T00:00:00Z'), '1.0.0');
});

test('a release whose age nobody knows waits too, and both are said', () => {
  const young = { version: '1.2.0', published: '2026-11-19T12:00:00Z' };
  const { release, passed } = choose({
    releases: [young, { version: '1.1.0' }, { version: '1.0.9', published: 'soon' }, ...releases('1.0.0')],
  });
  assert.equal(release?.version, '1.0.0');
  assert.deepEqual(
    passed.map(({ version, why }) => [version, why]),
    [
      ['1.2.0', 'too-young'],
      ['1.1.0', 'too-young'],
      ['1.0.9', 'too-young'],
    ],
  );
  assert.match(passed[0]?.detail ?? '', /published 2026-11-19 12:00, may be taken from 2026-11-22 12:00/);
  assert.match(passed[1]?.detail ?? '', /does not say when/);
});

test('nothing waits that closes a hole, is locked already, or with a cool-down of no days', () => {
  const available = {
    releases: [{ version: '1.1.0', published: '2026-11-20T11:00:00Z' }, ...releases('1.0.0')],
  };
  assert.equal(choose(available, { urgent: (version) => version === '1.1.0' }).release?.version, '1.1.0');
  assert.equal(choose(available, { current: '1.1.0' }).release?.version, '1.1.0');
  assert.equal(choose(available, { coolDownDays: 0 }).release?.version, '1.1.0');
});

test('a pinned release waits as every other: a pin says which, not when', () => {
  const available = {
    releases: [{ version: '1.1.0', published: '2026-11-20T11:00:00Z' }, ...releases('1.0.0')],
  };
  assert.equal(choose(available, { range: '1.1.0' }).release, undefined);
});

test("Go's old major versions without a go.mod are left out where there are others", () => {
  const rules = { versioning: versioning.go };
  assert.equal(
    choose({ releases: releases('v1.5.0', 'v3.0.0+incompatible') }, rules).release?.version,
    'v1.5.0',
  );
  assert.equal(
    choose({ releases: releases('v3.0.0+incompatible') }, rules).release?.version,
    'v3.0.0+incompatible',
  );
});

test('a Go module without tags is taken by its commit', () => {
  const version = 'v0.0.0-20260101000000-abcdefabcdef';
  const available = { releases: releases(version), recommended: version };
  assert.equal(choose(available, { versioning: versioning.go }).release?.version, version);
});

test('where nothing may be taken there is no release, and every reason', () => {
  const { release, passed } = choose({ releases: releases('1.0.0-a', '1.0.0-b') });
  assert.equal(release, undefined);
  assert.equal(passed.length, 2);
});
