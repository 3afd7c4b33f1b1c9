/**
 * Keeps this process small while much passes through it. Every chunk is a new buffer, and V8 lets its young generation
 * grow to hold them: 85 MB resident after 80 echoes of 512 KB, 60 MB with this limit, at the same rate. The flag is of
 * Node 24's V8 (`node --v8-options`); an older one has none that can be set late.
 */
export function keepSmall(): void {
  if (Number(process.versions.node.split('.')[0]) < 24) return;
  process.getBuiltinModule('node:v8').setFlagsFromString('--scavenger-max-new-space-capacity-mb=1');
}
