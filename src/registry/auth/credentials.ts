import type { Secret } from './secret.ts';

/** Who we are to a registry. */
export type Credentials =
  /** Nobody; `why` says why credentials that were set up could not be used, for the error if one is needed. */
  | { readonly kind: 'anonymous'; readonly why?: string }
  | { readonly kind: 'password'; readonly username: string; readonly password: Secret }
  /** An OAuth2 refresh token, exchanged at the token service. */
  | { readonly kind: 'identity'; readonly token: Secret }
  /** A ready bearer token (`registrytoken` in docker's config). */
  | { readonly kind: 'bearer'; readonly token: Secret };

export const anonymous: Credentials = { kind: 'anonymous' };
