// Loaded before the server. V8's cache holds hashes of strings, which depend on a random seed: with the fixed seed of
// warm.mjs two builds write the same bytes. The seed is also part of the flags that a cache is bound to, so the flag is
// set back before the cache is opened: it then fits a server that is started without it (V8 hashes anew as it reads).
// Many servers do not end at the end of their input: they are ended here, cache written.
import { enableCompileCache, flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--hash-seed=0');
enableCompileCache('/app/.compile-cache');

setTimeout(() => {
  flushCompileCache();
  process.exit(0);
}, 3000);
