/** An engine's number by its beginning, as engines show it; any other name, such as a pod's or a volume's, in full. */
export function shortId(id: string): string {
  return /^[0-9a-f]{13,}$/.test(id) ? id.slice(0, 12) : id;
}
