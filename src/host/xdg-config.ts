import type { Env, Host } from './host.ts';

/** Where programs that follow the basedir-spec on every system keep their settings; a relative variable is none. */
export function xdgConfig(host: Host, env: Env): string {
  const given = env['XDG_CONFIG_HOME'];
  return given !== undefined && host.path.isAbsolute(given)
    ? given
    : host.path.join(host.home(env), '.config');
}
