/** Our environment with another home: whatever mcpcat reads and keeps lies below it. */
export function atHome(home: string): Record<string, string> {
  const own = { HOME: home, XDG_CONFIG_HOME: '', XDG_DATA_HOME: '', XDG_CACHE_HOME: '' };
  return { ...process.env, ...own };
}
