// Loaded before the server. Many servers do not end at the end of their input: they are ended here, cache written.
import { flushCompileCache } from 'node:module';

setTimeout(() => {
  flushCompileCache();
  process.exit(0);
}, 3000);
