import { coversPermissions, type Proof } from '../catalog/proof.ts';
import type { Server } from '../catalog/server.ts';
import { imageSource } from '../catalog/source.ts';
import type { ListedImage, ListedServer } from './catalog-index.ts';

export interface Evidence {
  readonly server: Server;
  readonly proof: Proof | undefined;
  readonly image: ListedImage | undefined;
  /** sha256 of its surface.json; undefined if there is none. */
  readonly surface: string | undefined;
  /** What its images would be built from now, by platform; undefined if nobody has worked that out. */
  readonly fingerprints: Readonly<Record<string, string>> | undefined;
}

type Status = Pick<ListedServer, 'status' | 'reason' | 'provedOn'>;

/** What a proof is worth for the entry, lock and image as they are now. Pure. */
export function statusOf({ server, proof, image, surface, fingerprints }: Evidence): Status {
  if (imageSource(server.entry.source) !== undefined)
    return not('unproved', 'its image was made elsewhere: the user’s own mcpcat test says how it fares');
  if (server.lock === undefined) return not('unproved', 'it has no lock yet');
  if (proof === undefined) return not('unproved', 'it has no proof yet');
  const proved = proof.image.fingerprint;
  if (proved === null) return not('stale', 'the proof is of an image of unknown inputs');
  const on = (found: Readonly<Record<string, string>>): string | undefined =>
    Object.keys(found).find((platform) => found[platform] === proved);
  if (!coversPermissions(proof, server.entry))
    return not('stale', `its permissions have changed since the proof of ${proof.date}`);
  if (proof.bases === 'other')
    return not('stale', `the proof of ${proof.date} is of other bases than the locked ones`);
  if (proof.surface !== undefined && proof.surface !== surface)
    return not('stale', `its surface.json is not the one that the proof of ${proof.date} has seen`);
  const now = fingerprints === undefined ? undefined : on(fingerprints);
  if (fingerprints !== undefined && now === undefined)
    return not('stale', `what the image is made from has changed since the proof of ${proof.date}`);
  const published = image === undefined ? undefined : on(imageFingerprints(image));
  if (image !== undefined && published === undefined)
    return not('stale', `the proof of ${proof.date} is of another image than the recorded one`);
  return { status: 'proved', reason: null, provedOn: now ?? published ?? null };
}

function not(status: 'unproved' | 'stale', reason: string): Status {
  return { status, reason, provedOn: null };
}

function imageFingerprints({ platforms }: ListedImage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(platforms).map(([platform, { fingerprint }]) => [platform, fingerprint]),
  );
}
