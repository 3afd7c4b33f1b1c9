import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { imageOf } from '../../src/catalog/image-name.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { label } from '../../src/lib/labels.ts';
import { smokeTest } from '../../src/smoke/smoke-test.ts';
import { readSurface } from '../../src/surface/read-surface.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { project, testEngine, testLabel } from '../rig/engine.ts';

/** What speaks both revisions, and what has tools, prompts, resources and templates of them. */
for (const name of ['time', 'everything'])
  test(
    `the surface of ${name} recorded twice has the same bytes, and gives its tools.json`,
    { timeout: 240_000 },
    async () => {
      const catalog = path.join(project, 'catalog');
      const [engine, server] = [await testEngine(), await loadServer(catalog, name)];
      const request = {
        engine,
        entry: server.entry,
        image: imageOf(server),
        labels: { ...testLabel, [label.role]: 'test', [label.server]: name },
        reviewed: undefined,
        deadlineMs: 30_000,
        emit: () => undefined,
      };
      const first = await smokeTest(request);
      assert.ok(first.surface, JSON.stringify(first.report.findings));
      const text = surfaceText(first.surface);
      assert.deepEqual(readSurface(text, 'surface.json'), first.surface);
      const second = await smokeTest({ ...request, reviewedSurface: first.surface });
      assert.ok(second.surface);
      assert.equal(surfaceText(second.surface), text);
      assert.deepEqual([second.report.passed, second.proof?.surface], [true, first.proof?.surface]);
      assert.equal(
        jsonText({ tools: first.tools }),
        readFileSync(path.join(catalog, name, 'tools.json'), 'utf8'),
      );
      const [newest] = first.surface.revisions;
      if (name === 'time') assert.equal(newest?.protocolVersion, '2026-07-28');
      else
        assert.ok(
          [newest?.prompts, newest?.resources, newest?.resourceTemplates].every((list) => list?.length),
          'each of its lists is recorded',
        );
    },
  );
