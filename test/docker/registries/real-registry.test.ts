/** The tests of registries, publish and pull that run in memory elsewhere, here against Debian's docker-registry. */
process.env['MCPCAT_TEST_REGISTRY'] = 'real';
for (const file of [
  'registry/registry',
  'registry/attach',
  'registry/faults',
  'publish/publish',
  'publish/faults',
  'publish/signing',
  'publish/saved',
  'pull/pull',
  'pipeline/plan',
])
  await import(`../../${file}.test.ts`);
