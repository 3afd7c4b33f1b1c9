import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimiter } from '../../src/policy/rate-limiter.ts';

test('in no sixty seconds more calls begin than the limit, and a refused one says when to try again', () => {
  let now = 5000;
  const limiter = new RateLimiter(3, () => now);
  assert.equal(limiter.take().kind, 'taken');
  now += 10_000;
  assert.equal(limiter.take().kind, 'taken');
  assert.equal(limiter.take().kind, 'taken');
  assert.deepEqual(limiter.take(), { kind: 'refused', retryAfterMs: 50_000 });
  now += 49_999;
  assert.deepEqual(limiter.take(), { kind: 'refused', retryAfterMs: 1 });
  now += 1;
  assert.equal(limiter.take().kind, 'taken');
  assert.deepEqual(limiter.take(), { kind: 'refused', retryAfterMs: 10_000 });
});

test('over any stretch of calls every window of a minute keeps to the limit', () => {
  let now = 0;
  const limiter = new RateLimiter(7, () => now);
  const taken: number[] = [];
  for (let step = 0; step < 5000; step++) {
    now += (step * 7919) % 3001;
    if (limiter.take().kind === 'taken') taken.push(now);
  }
  assert.ok(taken.length > 100);
  taken.forEach((at, index) => {
    const eighth = taken[index + 7];
    assert.ok(eighth === undefined || eighth - at >= 60_000);
  });
});
