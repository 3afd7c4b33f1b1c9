import { bodyWithin } from '../lib/body-within.ts';
import { McpcatError } from '../lib/errors.ts';
import { httpGet } from '../lib/http.ts';

/** Larger than any of these services' answers is; a packument of npm's can have megabytes. */
const maxAnswerBytes = 64 << 20;

interface AskOptions {
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
  readonly accept?: string;
}

/** The body of an answer; undefined for 404. Other failures reject, after one more attempt at an outage. */
export async function ask(url: string, { subject, signal, accept }: AskOptions): Promise<Buffer | undefined> {
  try {
    const headers = accept === undefined ? {} : { accept };
    const response = await httpGet(url, { subject, signal, headers, attempts: 2, deadline: 20_000 });
    return await bodyWithin(response, { subject, maxBytes: maxAnswerBytes });
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'package-unknown') return undefined;
    throw error;
  }
}

/** The same for JSON; throws what `JSON.parse` and `read` do. */
export async function askJson<T>(
  url: string,
  { read, ...options }: AskOptions & { readonly read: (value: unknown) => T },
): Promise<T | undefined> {
  const body = await ask(url, options);
  return body === undefined ? undefined : read(JSON.parse(body.toString('utf8')));
}
