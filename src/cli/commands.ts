import type { CommandSpec } from './command.ts';
import { spec as accept } from './commands/accept.ts';
import { spec as add } from './commands/add.ts';
import { spec as adopt } from './commands/adopt.ts';
import { spec as audit } from './commands/audit.ts';
import { spec as base } from './commands/base.ts';
import { spec as browse } from './commands/browse.ts';
import { spec as build } from './commands/build.ts';
import { spec as bundle } from './commands/bundle.ts';
import { spec as call } from './commands/call.ts';
import { spec as calls } from './commands/calls.ts';
import { spec as clients } from './commands/clients.ts';
import { spec as install } from './commands/install.ts';
import { spec as uninstall } from './commands/uninstall.ts';
import { spec as undo } from './commands/undo.ts';
import { spec as secret } from './commands/secret.ts';
import { spec as completion } from './commands/completion.ts';
import { spec as config } from './commands/config.ts';
import { spec as doctor } from './commands/doctor.ts';
import { spec as exportAs } from './commands/export.ts';
import { spec as generate } from './commands/generate.ts';
import { spec as index } from './commands/index.ts';
import { spec as info } from './commands/info.ts';
import { spec as list } from './commands/list.ts';
import { spec as plan } from './commands/plan.ts';
import { spec as profile } from './commands/profile.ts';
import { spec as propose } from './commands/propose.ts';
import { spec as prune } from './commands/prune.ts';
import { spec as lock } from './commands/lock.ts';
import { spec as logs } from './commands/logs.ts';
import { spec as ps } from './commands/ps.ts';
import { spec as publish } from './commands/publish.ts';
import { spec as pull } from './commands/pull.ts';
import { spec as rebuild } from './commands/rebuild.ts';
import { spec as run } from './commands/run.ts';
import { spec as sbom } from './commands/sbom.ts';
import { spec as scan } from './commands/scan.ts';
import { spec as score } from './commands/score.ts';
import { spec as search } from './commands/search.ts';
import { spec as serve } from './commands/serve.ts';
import { spec as stop } from './commands/stop.ts';
import { spec as test } from './commands/test.ts';
import { spec as tools } from './commands/tools.ts';
import { spec as update } from './commands/update.ts';
import { spec as verify } from './commands/verify.ts';
import { spec as volumes } from './commands/volumes.ts';

/** All verbs, in the order of the help. Specs are data; what they do is loaded when they are called. */
export const commands: readonly CommandSpec[] = [
  run,
  serve,
  call,
  list,
  search,
  info,
  tools,
  browse,
  accept,
  install,
  adopt,
  uninstall,
  undo,
  clients,
  secret,
  lock,
  config,
  profile,
  pull,
  verify,
  ps,
  stop,
  logs,
  calls,
  prune,
  volumes,
  add,
  update,
  generate,
  build,
  test,
  audit,
  sbom,
  scan,
  score,
  plan,
  rebuild,
  publish,
  bundle,
  index,
  exportAs,
  propose,
  base,
  doctor,
  completion,
];
