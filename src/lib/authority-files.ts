/** Files of the folder that `writeAuthorities` makes; apart, because a start names them and must not load what makes them. */
export const authorityFiles = {
  /** All that this machine trusts, and the further ones: for what knows one file. */
  all: 'all.pem',
  /** The further ones alone: for what adds them to its own. */
  further: 'further.pem',
  /** All of them as Java has them. */
  java: 'all.jks',
} as const;
