/**
 * Sigstore's services (Fulcio, Rekor, a timestamp authority) on loopback: `@sigstore/mock`, which speaks their protocols
 * with keys of its own. They stand for the public ones: nothing here has asked those.
 */
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { bundleToJSON } from '@sigstore/bundle';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
  type HandlerFn,
} from '@sigstore/mock';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness } from '@sigstore/sign';

export interface Claims {
  readonly iss: string;
  readonly sub: string;
}

export interface Sigstore extends AsyncDisposable {
  /** A `trusted_root.json` that trusts these services. */
  readonly trustedRoot: string;
  /** A `signing_config.json` that leads to them. */
  readonly services: string;
  /** A bundle as JSON, signed by whoever the claims say. */
  sign(payload: string, claims: Claims, payloadType?: string): Promise<string>;
}

const statementType = 'application/vnd.in-toto+json';

/** `logClock`: what the log takes for the time. */
export async function sigstore({ logClock }: { readonly logClock?: Date } = {}): Promise<Sigstore> {
  const started = new Date(Date.now() - 60_000);
  const pair = (): { publicKey: KeyObject; privateKey: KeyObject } =>
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ctLog = await initializeCTLog(pair());
  const ca = await initializeCA(pair(), ctLog, started);
  // A whole second, after its certificates: @sigstore/core reads no time such as 07.5 s, which the mock writes rightly.
  // And always the same, or a test that signs ten minutes later on a busy machine would find the certificates expired.
  const signedAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  const tlog = await initializeTLog('https://log.example', pair(), logClock ?? signedAt);
  const tsa = await initializeTSA(pair(), signedAt);
  const rekor = rekorHandler(tlog);
  const handlers = [fulcioHandler(ca), { ...rekor, fn: likeRekor(rekor.fn) }, tsaHandler(tsa)];
  const server = createServer((request, response) => {
    const handler = handlers.find(({ path }) => request.url === path);
    void text(request)
      .then((body) => handler?.fn(body) ?? { statusCode: 404, response: '', contentType: 'text/plain' })
      .then(({ statusCode, response: answer, contentType = 'application/json' }) => {
        // A connection that is kept may be closed here while the next request is on its way.
        response.writeHead(statusCode, { 'content-type': contentType, connection: 'close' });
        response.end(typeof answer === 'string' ? answer : Buffer.from(answer.buffer));
      });
  });
  const url = await listening(server);
  return {
    trustedRoot: JSON.stringify(
      TrustedRoot.toJSON({
        mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
        certificateAuthorities: [
          {
            subject: { commonName: 'mock', organization: 'mock' },
            uri: url,
            certChain: { certificates: [{ rawBytes: Buffer.from(ca.rootCertificate.buffer) }] },
            validFor: { start: started },
            operator: 'mock',
          },
        ],
        timestampAuthorities: [
          {
            subject: { commonName: 'tsa', organization: 'sigstore.mock' },
            uri: url,
            certChain: {
              certificates: [tsa.intCertificate, tsa.rootCertificate].map((certificate) => ({
                rawBytes: Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength),
              })),
            },
            validFor: { start: started },
            operator: 'mock',
          },
        ],
        tlogs: [
          logOf(tlog.publicKey, { keyId: createHash('sha256').update(tlog.publicKey).digest(), started }),
        ],
        ctlogs: [logOf(ctLog.publicKey, { keyId: Buffer.from(ctLog.logID.buffer), started })],
      }),
    ),
    services: servicesAt(url, started),
    sign: (payload, claims, payloadType = statementType) => signed({ url, payload, claims, payloadType }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Of an entry `dsse` the mock keeps what was proposed (findings/sigstore-mock-dsse.sh); Rekor keeps hashes, signatures and
 * who made them.
 */
function likeRekor(fn: HandlerFn): HandlerFn {
  return (body) => {
    const entry = JSON.parse(body) as Proposed;
    if (entry.kind !== 'dsse') return fn(body);
    const { envelope: proposed, verifiers } = entry.spec.proposedContent;
    const envelope = JSON.parse(proposed) as { payload: string; signatures: { sig: string }[] };
    const hash = (data: string | Buffer): object => ({
      algorithm: 'sha256',
      value: createHash('sha256').update(data).digest('hex'),
    });
    const signatures = envelope.signatures.map(({ sig }, at) => ({
      signature: sig,
      verifier: verifiers[at],
    }));
    const spec = {
      envelopeHash: hash(proposed),
      payloadHash: hash(Buffer.from(envelope.payload, 'base64')),
      signatures,
    };
    return fn(JSON.stringify({ apiVersion: '0.0.1', kind: 'dsse', spec }));
  };
}

interface Proposed {
  readonly kind: string;
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: string[] } };
}

function servicesAt(url: string, started: Date): string {
  const service = { url, majorApiVersion: 1, validFor: { start: started.toISOString() }, operator: 'mock' };
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service],
    oidcUrls: [],
    rekorTlogUrls: [service],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [{ ...service, url: `${url}/api/v1/timestamp` }],
    tsaConfig: { selector: 'ANY' },
  });
}

/** An identity token with these claims; nobody here looks at its signature. */
export function identityToken(claims: Readonly<Record<string, string>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.${Buffer.from('none').toString('base64url')}`;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function logOf(
  publicKey: Buffer,
  { keyId, started }: { readonly keyId: Buffer; readonly started: Date },
): TrustedRoot['tlogs'][number] {
  return {
    baseUrl: 'https://log.example',
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: {
      rawBytes: publicKey,
      keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256,
      validFor: { start: started },
    },
    logId: { keyId },
    checkpointKeyId: undefined,
    operator: 'mock',
  };
}

interface Signing {
  readonly url: string;
  readonly payload: string;
  readonly claims: Claims;
  readonly payloadType: string;
}

async function signed({ url, payload, claims, payloadType }: Signing): Promise<string> {
  const token = identityToken({ ...claims });
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({
      fulcioBaseURL: url,
      identityProvider: { getToken: () => Promise.resolve(token) },
      retry: false,
    }),
    // Of an entry `dsse` the mock keeps what was proposed, which is not what Rekor makes of it.
    witnesses: [new RekorWitness({ rekorBaseURL: url, entryType: 'intoto', retry: false })],
  });
  const bundle = await builder.create({ data: Buffer.from(payload), type: payloadType });
  return JSON.stringify(bundleToJSON(bundle));
}
