import path from 'node:path';
import { z } from 'zod';
import { bodyWithin } from '../lib/body-within.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { httpGet } from '../lib/http.ts';
import { PersistedAnswers } from '../lib/persisted-answers.ts';
import { pool } from '../lib/pool.ts';
import type { Ecosystem, Identity } from './identity.ts';
import type { RecordFile } from './record-files.ts';

/** OSV's own service, which answers for all ecosystems. */
export const osvAddress = 'https://api.osv.dev';

/** google.github.io/osv.dev/post-v1-querybatch: no more than 1000 questions at a time. */
const maxQueries = 1000;
const maxAtOnce = 8;
/** Of a whole answer; a record has no more than 8 MiB. */
const maxAnswerBytes = 32 << 20;
const maxRecordBytes = 8 << 20;
/** More pages of one answer than any package has holes. */
const maxPages = 50;

export interface OsvRequest {
  /** Without a slash at its end. */
  readonly address: string;
  readonly identities: readonly Identity[];
  readonly cacheFolder: string;
  /** `YYYY-MM-DD`, in UTC. */
  readonly today: string;
  readonly signal?: AbortSignal | undefined;
}

export interface OsvAnswer {
  readonly files: readonly RecordFile[];
  /** Ecosystems that the whole answer is there of. */
  readonly answered: ReadonlyMap<Ecosystem, string>;
  /** Why there is none of others, one line each. */
  readonly missing: readonly string[];
}

/**
 * Asks the service which records are about these packages, and for the records. An ecosystem of which anything is
 * missing was not checked. Rejects for the user's own end (`cancelled`) alone.
 */
export async function askOsv(request: OsvRequest): Promise<OsvAnswer> {
  const kept = new PersistedAnswers(path.join(request.cacheFolder, 'osv'));
  const files = new Map<string, RecordFile>();
  const answered = new Map<Ecosystem, string>();
  const missing: string[] = [];
  for (const [ecosystem, identities] of byEcosystem(request.identities)) {
    try {
      const wanted = await idsOf(identities, request);
      const records = await pool([...wanted], maxAtOnce, (one) => recordOf(one, { request, kept }));
      for (const record of records) files.set(record.name, record);
      answered.set(ecosystem, request.today);
    } catch (error) {
      if (error instanceof McpcatError && error.code === 'cancelled') throw error;
      missing.push(`${ecosystem} was not checked online: ${messageOf(error)}`);
    }
  }
  return { files: [...files.values()], answered, missing };
}

/** Each package in each version once, however many servers have it. */
function byEcosystem(identities: readonly Identity[]): Map<Ecosystem, readonly Identity[]> {
  const unique = new Map(identities.map((one) => [`${one.ecosystem} ${one.name} ${one.version}`, one]));
  return Map.groupBy(unique.values(), ({ ecosystem }) => ecosystem);
}

const Batch = z.object({
  results: z
    .array(
      z.object({
        vulns: z.array(z.object({ id: z.string().min(1).max(200), modified: z.string() })).nullish(),
        next_page_token: z.string().nullish(),
      }),
    )
    .max(maxQueries),
});

interface Query {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly version: string;
  readonly page_token?: string;
}

/** Id of each record about them → when it was changed last. */
async function idsOf(identities: readonly Identity[], request: OsvRequest): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  let queries: readonly Query[] = identities.map(queryOf);
  for (let page = 0; queries.length > 0; page++) {
    if (page === maxPages) throw new Error(`more than ${String(maxPages)} pages of an answer`);
    const rest: Query[] = [];
    for (let start = 0; start < queries.length; start += maxQueries) {
      const asked = queries.slice(start, start + maxQueries);
      const { results } = await askBatch(asked, request);
      for (const [index, { vulns, next_page_token: token }] of results.entries()) {
        for (const { id, modified } of vulns ?? []) ids.set(id, modified);
        const query = asked[index];
        if (query !== undefined && typeof token === 'string' && token !== '')
          rest.push({ ...query, page_token: token });
      }
    }
    queries = rest;
  }
  return ids;
}

/** OSV has Go's versions without their `v`. */
function queryOf({ ecosystem, name, version }: Identity): Query {
  const plain = ecosystem === 'Go' ? version.replace(/^v/, '') : version;
  return { package: { ecosystem, name }, version: plain };
}

async function askBatch(
  queries: readonly Query[],
  { address, signal }: OsvRequest,
): Promise<z.infer<typeof Batch>> {
  const subject = `${String(queries.length)} packages`;
  const options = { subject, signal, attempts: 2, deadline: 30_000, json: { queries } };
  const response = await httpGet(`${address}/v1/querybatch`, options);
  const body = await bodyWithin(response, { subject, maxBytes: maxAnswerBytes });
  const batch = Batch.parse(JSON.parse(body.toString('utf8')));
  if (batch.results.length !== queries.length)
    throw new Error(`${String(queries.length)} questions, ${String(batch.results.length)} answers`);
  return batch;
}

interface Keeping {
  readonly request: OsvRequest;
  readonly kept: PersistedAnswers;
}

/** A record that has not changed since it was kept is not fetched again. */
async function recordOf(
  [id, modified]: readonly [id: string, modified: string],
  { request: { address, signal }, kept }: Keeping,
): Promise<RecordFile> {
  const url = `${address}/v1/vulns/${encodeURIComponent(id)}`;
  const before = await kept.get(url);
  if (before?.lastModified === modified && typeof before.value === 'string')
    return { name: id, text: before.value };
  const response = await httpGet(url, { subject: id, signal, attempts: 2, deadline: 30_000 });
  const body = await bodyWithin(response, { subject: id, maxBytes: maxRecordBytes });
  const text = body.toString('utf8');
  await kept.put({ url, lastModified: modified, value: text });
  return { name: id, text };
}
