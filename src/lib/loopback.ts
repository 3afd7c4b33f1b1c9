/** Whether the hostname of a URL is this machine, by name or address alone: nothing is resolved. URL writes them in one form. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
