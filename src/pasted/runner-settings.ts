import { refuse } from './found.ts';

/** Read by what fetches a package (npm, uv, pip, pipx, go), never by the server in it. */
const runners =
  /^(npm_config_|(UV|PIP|PIPX|PNPM|YARN|BUN)_|GO(PROXY|PRIVATE|FLAGS|SUMDB|NOSUMDB|NOPROXY|INSECURE|TOOLCHAIN|BIN|PATH|CACHE|MODCACHE|OS|ARCH|111MODULE)$|CGO_ENABLED$)/i;

/** Of those: change neither what is fetched nor from where. */
const harmless =
  /^(npm_config_(loglevel|yes|cache|update_notifier|fund|audit|progress|color)|UV_(NO_PROGRESS|CACHE_DIR|NO_CACHE|LINK_MODE|NATIVE_TLS|SYSTEM_CERTS|NO_CONFIG)|(PIP|PIPX)_(NO_CACHE_DIR|CACHE_DIR|HOME|DISABLE_PIP_VERSION_CHECK)|GO(BIN|PATH|CACHE|MODCACHE|111MODULE)|CGO_ENABLED)$/i;

/** Settings of the server alone. Throws `usage` for one that would have changed what is installed. */
export function serverSettings(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => {
      if (!runners.test(name)) return true;
      if (harmless.test(name)) return false;
      throw refuse(
        `${name} is read by what installs, not by the server`,
        'leave it out; a mirror that mcpcat asks is set in your settings file',
      );
    }),
  );
}
