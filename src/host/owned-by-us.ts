/** `Host.owns` for what must not load a host first. Where users have no numbers a home is its user's alone. */
export function ownedByUs({ uid }: { readonly uid: number }): boolean {
  return process.getuid === undefined || process.getuid() === uid;
}
