const maxPages = 100;

interface Page {
  readonly nextCursor?: string | undefined;
}

/** Every page of a list, in order. Throws where the list does not end. */
export async function allPages<P extends Page>(
  ask: (cursor: string | undefined) => Promise<P>,
): Promise<P[]> {
  const pages: P[] = [];
  const seen = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await ask(cursor);
    pages.push(page);
    cursor = page.nextCursor;
    if (cursor === undefined) return pages;
    if (seen.has(cursor) || pages.length >= maxPages)
      throw new Error(`the list does not end (${String(pages.length)} pages)`);
    seen.add(cursor);
  }
}
