#!/usr/bin/env node
// The only file that an older Node must be able to parse. CommonJS, because Node loads it a little faster.
'use strict';
const path = require('node:path');

if (Number(process.versions.node.split('.')[0]) >= 22) {
  start();
} else {
  handOver();
}

/** What is compiled once is not compiled again (nodejs.org/api/module.html), in a folder of the user's own. */
function start() {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const cache =
    XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : HOME && path.join(HOME, '.cache');
  if (cache) require('node:module').enableCompileCache(path.join(cache, 'mcpcat', 'compiled'));
  if (process.argv[2] === 'run') require('../dist/launcher.cjs');
  else import('../dist/main.js');
}

/** A client whose PATH finds an old Node first still gets a launcher: the Node that the project pins. */
function handOver() {
  const pinned = path.join(__dirname, '../node_modules/node/bin/node');
  if (!require('node:fs').existsSync(pinned)) {
    process.stderr.write(
      `mcpcat: needs Node 22.13 or later, found ${process.versions.node}: install a newer Node\n`,
    );
    process.exit(3);
  }
  const child = require('node:child_process').spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 3)));
}
