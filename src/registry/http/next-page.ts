/** Where a list goes on, as its `Link` header says (RFC 8288); undefined on its last page. */
export function nextIn(headers: Headers): string | undefined {
  return /<([^>]+)>\s*;\s*rel="?next"?/i.exec(headers.get('link') ?? '')?.[1];
}
