// Fills V8's compile cache from the locked sources without running any of them: `compile-cache.mjs FILE FOLDER`.
// A start with it takes 14–18 % less. Every file that FILE can reach by a literal `import` or `require` is compiled, none
// is evaluated; so nothing that a stranger wrote decides what is in the cache (docs/decisions/0022).
// Run with --expose-internals (Node has no public call that compiles into this cache without evaluating) and with
// --hash-seed=1: V8's cache holds hashes of strings, which otherwise depend on a random seed, and two builds would differ.
import {
  createRequire,
  enableCompileCache,
  findPackageJSON,
  flushCompileCache,
  isBuiltin,
} from 'node:module';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const [entry, folder] = process.argv.slice(2);
/** Bounds for what strangers wrote: files, and bytes of one file. */
const maxFiles = 8000;
const maxBytes = 8 << 20;
const specifiers =
  /\brequire\(\s*['"]([^'"]+)['"]\s*\)|\b(?:from|import)\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

const internals = openInternals();
if (internals === undefined) {
  console.log('no compile cache: this Node has other internals than the one of our base');
  process.exit(0);
}
// The seed is also part of the flags that a cache is bound to, so the flag is set back before the cache is opened: it
// then fits a server that is started without it (V8 hashes anew as it reads). Node writes what a file's first compilation
// gives, whether it is evaluated afterwards or not: this cache is as good as one of a run.
setFlagsFromString('--hash-seed=0');
enableCompileCache(folder);
const compiled = compileAll(entry);
flushCompileCache();
// What was compiled is held until here: V8 drops the code of what nobody holds.
console.log(`compile cache: ${compiled.length} files`);
process.exit(0);

function openInternals() {
  try {
    const require = createRequire(import.meta.url);
    const internal = (name) => require(`internal/modules/${name}`);
    const { wrapSafe } = internal('cjs/loader');
    const { compileSourceTextModule } = internal('esm/utils');
    return typeof wrapSafe === 'function' && typeof compileSourceTextModule === 'function'
      ? { wrapSafe, compileSourceTextModule }
      : undefined;
  } catch {
    return undefined;
  }
}

function compileAll(start) {
  const queue = [realpathSync(start)];
  const seen = new Set();
  const held = [];
  while (queue.length > 0 && seen.size < maxFiles) {
    const file = queue.shift();
    if (seen.has(file)) continue;
    seen.add(file);
    if (!isReadable(file)) continue;
    const source = readFileSync(file, 'utf8');
    const unit = compile(file, source);
    if (unit !== undefined) held.push(unit);
    queue.push(...importsOf(file, source));
  }
  return held;
}

function compile(file, source) {
  const asModule = () => internals.compileSourceTextModule(pathToFileURL(file).href, source, {}, {});
  const asScript = () => internals.wrapSafe(file, source, undefined, 'commonjs');
  for (const attempt of isModule(file) ? [asModule] : [asScript, asModule]) {
    try {
      return attempt();
    } catch {
      // Not JavaScript of this kind: the server's own start will say so if it ever loads it.
    }
  }
  return undefined;
}

/** A folder can be imported by name, too; programs in a package's `bin` often have no ending. */
function isReadable(file) {
  if (!/\.[cm]?js$/.test(file) && /\.[^/]*$/.test(file)) return false;
  const facts = statSync(file);
  return facts.isFile() && facts.size <= maxBytes;
}

function isModule(file) {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  const manifest = findPackageJSON('.', pathToFileURL(file));
  return manifest !== undefined && readManifest(manifest).type === 'module';
}

function readManifest(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

function importsOf(file, source) {
  const require = createRequire(file);
  const parent = pathToFileURL(file);
  return [...source.matchAll(specifiers)].flatMap(([, required, imported, dynamic]) => {
    const name = required ?? imported ?? dynamic;
    if (isBuiltin(name)) return [];
    const asRequired = () => require.resolve(name);
    const asImported = () => fileURLToPath(import.meta.resolve(name, parent));
    for (const resolve of required ? [asRequired] : [asImported, asRequired]) {
      try {
        return [realpathSync(resolve())];
      } catch {
        // An optional dependency that is not installed, or a word in a text.
      }
    }
    return [];
  });
}
