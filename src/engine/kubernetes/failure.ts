import { codeOf } from '../../lib/error-code.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { oneLine } from '../../lib/plain-text.ts';

/** What was asked of the API server, in the words of its authorisation. */
export interface Asked {
  readonly verbs: readonly string[];
  /** `pods`, `pods/exec`, `networkpolicies.networking.k8s.io`. */
  readonly resource: string;
  /** Undefined for what belongs to the whole cluster. */
  readonly namespace?: string | undefined;
}

/** `create, get pods/exec`. */
export function doingOf({ verbs, resource }: Asked): string {
  return `${verbs.join(', ')} ${resource}`;
}

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  /** The API server's own words (`Status.message`). */
  readonly message: string;
  /** Name of what it is about (`Status.details.name`). */
  readonly about?: string | undefined;
}

/** A refusal as our error, told apart by its status alone. */
export function refusalError(refusal: Refusal, asked: Asked): McpcatError {
  const { status, message } = refusal;
  const said = `${doingOf(asked)}: the API server answered ${String(status)}: ${oneLine(message, 400)}`;
  if (status === 401)
    return new McpcatError('engine-denied', said, {
      hint: 'it does not know who you are: log in anew (kubectl get pods), or name another context',
    });
  if (status === 403) return new McpcatError('engine-denied', said, { hint: deniedHint(refusal, asked) });
  if (status === 404) return new McpcatError('container-missing', said);
  return new McpcatError('engine-failed', said);
}

/**
 * Who may not create is refused before anybody has read what: only what is not admitted is refused by its name. With
 * anything else, both have one.
 */
function deniedHint({ about }: Refusal, asked: Asked): string {
  const isCreation = asked.verbs.join() === 'create' && !asked.resource.includes('/');
  if (!isCreation || about === undefined) return roleHint(asked);
  return 'you may, and a rule of the cluster does not admit this one: a quota, Pod Security, a webhook, or something that it names and that is not there';
}

/** A Role without `get` on pods/exec is the usual one: up to 1.34 a WebSocket was authorised as that, since 1.35 as create. */
function roleHint({ verbs, resource, namespace }: Asked): string {
  const where = namespace === undefined ? 'a ClusterRole' : `a Role of namespace ${namespace}`;
  return `${where} must permit ${verbs.join(' and ')} on ${resource} to you`;
}

const nobodyThere: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/** A connection that did not come about or broke. */
export function connectionError(error: unknown, asked: Asked, server: URL): McpcatError {
  if (error instanceof McpcatError) return error;
  const code = codeOf(error) ?? '';
  if (nobodyThere.has(code))
    return new McpcatError('engine-missing', `no API server answers at ${server.origin} (${code})`, {
      hint: 'see that the cluster runs and that this machine reaches it',
      cause: error,
    });
  if (isTls(code))
    return new McpcatError(
      'engine-denied',
      `the API server at ${server.origin} does not prove who it is: ${messageOf(error)}`,
      {
        hint: 'the certificate-authority of the kubeconfig must be the one that it has its certificate from',
        cause: error,
      },
    );
  return new McpcatError(
    'engine-gone',
    `${doingOf(asked)}: the connection to the API server broke (${messageOf(error)})`,
    {
      hint: 'see that the cluster runs and that this machine reaches it',
      cause: error,
    },
  );
}

/** Names of OpenSSL and Node for a certificate that does not hold. */
function isTls(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
}
