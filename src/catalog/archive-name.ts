/** The entries with their locks, beside the `catalog.json` of a package (scripts/pack-catalog.ts). */
export const archiveName = 'catalog.tar.br';
