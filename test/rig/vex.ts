/** The text of an OpenVEX document with these statements. */
export function vexText(statements: readonly object[]): string {
  return JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex/1',
    author: 'a person',
    timestamp: '2026-11-27T00:00:00Z',
    version: 1,
    statements,
  });
}
