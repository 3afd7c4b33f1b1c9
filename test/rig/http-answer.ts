/** A whole answer of an engine, after which it closes the connection; the body is JSON. */
export function httpAnswer(status: number, body: string): string {
  return [
    `HTTP/1.1 ${String(status)} Fault`,
    'Content-Type: application/json',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
