#!/usr/bin/env node
// The only file that an older Node must be able to parse. CommonJS, because Node loads it a little faster.
'use strict';
const path = require('node:path');

/** A session has connections, a tunnel and what Node opens for itself: with fewer files it breaks at any place. */
const minFiles = 64;

if (mayOpen() < minFiles) {
  process.stderr.write(
    `mcpcat: this process may open ${mayOpen() || 'too few'} files, expected ${minFiles} or more\n`,
  );
  process.stderr.write('hint: raise the limit: ulimit -n 1024\n');
  process.exitCode = 3;
} else if (Number(process.versions.node.split('.')[0]) >= 22) {
  start();
} else {
  handOver();
}

/** What is compiled once is not compiled again (nodejs.org/api/module.html), in a folder of the user's own. */
function start() {
  const folder = compiledFolder(process.env);
  if (folder && isMade(folder)) require('node:module').enableCompileCache(folder);
  if (process.argv[2] === 'run') require('../dist/launcher.cjs');
  else if (process.argv[2] === 'serve')
    require('../dist/serve-early.cjs').begin(folder && path.dirname(folder));
  else if (process.argv[2] === 'clients') require('../dist/clients.cjs');
  else import('../dist/main.js');
}

/** In the folder that src/host has for the cache, which is not loaded yet; undefined where the environment names none. */
function compiledFolder({ XDG_CACHE_HOME, HOME, LOCALAPPDATA }) {
  if (process.platform === 'win32')
    return absolute(LOCALAPPDATA) && path.join(LOCALAPPDATA, 'mcpcat', 'Cache', 'compiled');
  const usual = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  const cache = absolute(XDG_CACHE_HOME) || (absolute(HOME) && path.join(HOME, usual));
  return cache && path.join(cache, 'mcpcat', 'compiled');
}

function absolute(folder) {
  return folder && path.isAbsolute(folder) ? folder : undefined;
}

/**
 * Whether a folder is there, or could be made. Not left to Node, which tries for ever where a folder takes no new ones
 * and says that it does not exist (/proc).
 */
function isMade(folder) {
  const fs = require('node:fs');
  for (const retry of [true, false]) {
    try {
      fs.mkdirSync(folder, { mode: 0o700 });
      return true;
    } catch (error) {
      if (error.code === 'EEXIST') return true;
      const parent = path.dirname(folder);
      if (error.code !== 'ENOENT' || !retry || parent === folder || !isMade(parent)) return false;
    }
  }
  return false;
}

/** How many files this process may open (proc_pid_limits(5)); elsewhere nobody has been seen with so few. */
function mayOpen() {
  try {
    const limits = require('node:fs').readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch (error) {
    return error.code === 'EMFILE' ? 0 : Infinity;
  }
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
