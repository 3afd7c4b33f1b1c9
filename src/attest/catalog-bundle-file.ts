/** The file beside a catalog.json that holds its signature. By itself: a launch that asks for one loads no schema. */
export function catalogBundleFile(file: string): string {
  return `${file}.sigstore.json`;
}
