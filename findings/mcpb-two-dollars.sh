#!/bin/sh
# Version: npm @anthropic-ai/mcpb 2.1.2. Seen 2026-11-28.
#
# Behaviour: what a person has typed as a setting of an MCPB bundle reaches the server changed, if it has a dollar that
# JavaScript's String.replace gives a meaning to: of two dollars one is left, `$&` becomes the placeholder itself, and
# `$'` and `` $` `` are cut out. A password with two dollars in it is the wrong password then, and nobody says why. As a whole
# argument the same text arrives as it is; in `env`, or as a part of an argument, it does not. MANIFEST.md of the format
# ("Variable Substitution in User Configuration") says that `${user_config.KEY}` is replaced by what the user gave.
#
# Output seen:
#   env, secret     : se$cret    => se$cret
#   env, secret     : se$$cret   => se$cret
#   env, secret     : R$&D       => R${user_config.secret}D
#   whole argument  : se$$cret   => se$$cret
#   part of one     : se$$cret   => --secret=se$cret
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @anthropic-ai/mcpb@2.1.2 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { getMcpConfigForManifest } from '@anthropic-ai/mcpb';
const manifest = {
  manifest_version: '0.2',
  name: 'finding',
  version: '1.0.0',
  description: 'finding',
  author: { name: 'finding' },
  server: {
    type: 'node',
    entry_point: 'server.js',
    mcp_config: {
      command: 'node',
      args: ['${user_config.secret}', '--secret=${user_config.secret}'],
      env: { SECRET: '${user_config.secret}' },
    },
  },
  user_config: { secret: { type: 'string', title: 'secret', description: 'secret', sensitive: true, required: true } },
};
const configOf = (secret) =>
  getMcpConfigForManifest({ manifest, extensionPath: '/x', systemDirs: {}, userConfig: { secret }, pathSeparator: '/' });
const say = (where, secret, seen) => console.log(`${where.padEnd(16)}: ${secret.padEnd(10)} => ${seen}`);
for (const secret of ['se$cret', 'se$$cret', 'R$&D']) say('env, secret', secret, (await configOf(secret)).env.SECRET);
const { args } = await configOf('se$$cret');
say('whole argument', 'se$$cret', args[0]);
say('part of one', 'se$$cret', args[1]);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
env, secret     : se$cret    => se$cret
env, secret     : se$$cret   => se$cret
env, secret     : R$&D       => R${user_config.secret}D
whole argument  : se$$cret   => se$$cret
part of one     : se$$cret   => --secret=se$cret
SEEN
diff expected seen || exit 1
