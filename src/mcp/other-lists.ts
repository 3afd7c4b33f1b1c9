import { allPages } from './all-pages.ts';
import type { FailedList } from './offer.ts';

type Params = { readonly cursor?: string };
type List = (
  params: Params,
  options: { timeout: number },
) => Promise<{ readonly nextCursor?: string | undefined }>;

/** What both SDKs' clients have. */
interface Asking {
  getServerCapabilities():
    { readonly prompts?: object | undefined; readonly resources?: object | undefined } | undefined;
  readonly listPrompts: List;
  readonly listResources: List;
  readonly listResourceTemplates: List;
}

/** A list that has to be looked up elsewhere does not hold up a test for ever. */
const patienceMs = 10_000;

/**
 * Asks for all pages of whatever else than tools a server says that it has; what is answered is for an `OfferRecorder`.
 * Gives those that failed.
 */
export async function askOtherLists(
  client: Asking,
  { deadlineMs, reasonOf }: { readonly deadlineMs: number; readonly reasonOf: (error: unknown) => string },
): Promise<readonly FailedList[]> {
  const { prompts, resources } = client.getServerCapabilities() ?? {};
  const options = { timeout: Math.min(deadlineMs, patienceMs) };
  const asked: readonly (readonly [FailedList['list'], List])[] = [
    ...(prompts === undefined ? [] : [['prompts', client.listPrompts.bind(client)] as const]),
    ...(resources === undefined
      ? []
      : [
          ['resources', client.listResources.bind(client)] as const,
          ['resourceTemplates', client.listResourceTemplates.bind(client)] as const,
        ]),
  ];
  const failed: FailedList[] = [];
  for (const [list, ask] of asked)
    try {
      await allPages((cursor) => ask(cursor === undefined ? {} : { cursor }, options));
    } catch (error) {
      // Who has resources need not have templates of them, and says so by not knowing the method.
      if (list === 'resourceTemplates' && isUnknownMethod(error)) continue;
      failed.push({ list, reason: reasonOf(error) });
    }
  return failed;
}

/** JSON-RPC 2.0; both SDKs have the code in their errors. */
function isUnknownMethod(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === -32601;
}
