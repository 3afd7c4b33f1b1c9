import { parseSource } from '../catalog/source.ts';
import { goWord } from './go.ts';
import { npmWord } from './npm.ts';
import { pypiWord } from './pypi.ts';
import { checkNames, type Check, type CheckName, type Known, type UpstreamRecord } from './record.ts';
import type { UpstreamWord, WordRequest } from './word.ts';

const words: Readonly<Record<'npm' | 'pypi' | 'go', (request: WordRequest) => Promise<UpstreamWord>>> = {
  npm: npmWord,
  pypi: pypiWord,
  go: (request) => goWord(request),
};

/**
 * Asks upstream's services about the server's own package as it is locked. `before` is what was known of the release
 * before: what nobody answers for now stays known. Rejects for the user's own end (`cancelled`) alone.
 */
export async function askUpstream(
  request: Omit<WordRequest, 'source'>,
  before: UpstreamRecord | undefined,
): Promise<UpstreamRecord> {
  const source = parseSource(request.lock.source);
  const word = await words[source.kind]({ ...request, source });
  return {
    upstreamVersion: 1,
    version: request.lock.version,
    ...word,
    known: knownAfter(word, before?.known),
  };
}

function knownAfter({ checks, origin, publisher }: UpstreamWord, before: Known | undefined): Known {
  const isUnknown = ({ state }: Check): boolean => state === 'not-checked';
  const holds = (name: CheckName): boolean => {
    const check = checks[name];
    if (check === undefined) return false;
    return isUnknown(check) ? before?.checks.includes(name) === true : check.state === 'ok';
  };
  const { provenance } = checks;
  const kept = provenance !== undefined && isUnknown(provenance) ? (before?.origin ?? null) : null;
  return {
    checks: checkNames.filter(holds),
    origin: origin ?? kept,
    publisher: publisher ?? before?.publisher ?? null,
  };
}
