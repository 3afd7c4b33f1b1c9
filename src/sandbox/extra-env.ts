import type { Entry } from '../catalog/entry.ts';
import { McpcatError } from '../lib/errors.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * What makes a loader, an interpreter or git take in other code than what was verified, or start another program. The
 * sandbox would hold that, too, but the server would no longer be the one that its user agreed to.
 */
const loaders: readonly RegExp[] = [
  // ld.so and what glibc loads: objects before and instead of the program's own
  /^(LD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH)$/,
  // which programs are started, and what a shell reads first
  /^(PATH|BASH_ENV|SHELLOPTS|BASHOPTS|IFS|PS4)$/,
  // node: --require, --import, other folders of modules
  /^(NODE_OPTIONS|NODE_PATH|NODE_REPL_.*|NODE_CHANNEL_.*)$/,
  // Python: other folders of modules, files that are run, modules named by a warning filter
  /^PYTHON(?!UNBUFFERED$|UTF8$|IOENCODING$|HASHSEED$|FAULTHANDLER$|ASYNCIODEBUG$|TRACEMALLOC$|DONTWRITEBYTECODE$)/,
  // OpenSSL: engines and providers are shared objects
  /^OPENSSL_(CONF|MODULES|ENGINES)$/,
  // git: programs it starts, and configuration that names some
  /^GIT_(CONFIG.*|EXEC_PATH|SSH|SSH_COMMAND|ASKPASS|PAGER|EDITOR|SEQUENCE_EDITOR|EXTERNAL_DIFF|PROXY_COMMAND|TEMPLATE_DIR)$/,
  /^(PAGER|EDITOR|VISUAL|SSH_ASKPASS)$/,
  // runtimes that an image may bring along
  /^(JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|RUBYOPT|RUBYLIB|PERL5.*|PERLLIB|DOTNET_STARTUP_HOOKS|CORECLR_.*)$/,
];

/**
 * Variables that the user gives although the entry does not declare them. They name no host of a rule and stand in no
 * configuration of a container; nothing else changes. `fixed` are those that mcpcat or the entry sets. Throws `usage`.
 */
export function extraEnv(entry: Entry, extra: Variables, fixed: Variables): Variables {
  for (const [name, value] of Object.entries(extra)) {
    refuseName(entry, name, fixed);
    if (value.includes('\0')) throw new McpcatError('usage', `${name}: a setting can't hold a NUL character`);
  }
  return extra;
}

function refuseName(entry: Entry, name: string, fixed: Variables): void {
  if (Object.hasOwn(entry.env, name))
    throw new McpcatError('usage', `${name} is a setting that ${entry.name} declares`, {
      hint: 'give it as one',
      inputs: [{ name: 'setting', value: name }],
    });
  if (name.startsWith('MCPCAT_'))
    throw new McpcatError(
      'usage',
      `${name}: variables of MCPCAT_* are orders to process 1, never a server's`,
    );
  if (loaders.some((form) => form.test(name)))
    throw new McpcatError('usage', `${name} would have ${entry.name} run other code than what was verified`, {
      hint: 'an entry of your own may set it: copy this one into a folder and name that as the catalog',
    });
  if (Object.hasOwn(fixed, name))
    throw new McpcatError('usage', `${name} is set for ${entry.name} already, and only one can count`);
}

/** Whether it could be given at all: what can't is not recommended. */
export function isPossibleExtra(name: string): boolean {
  return !name.startsWith('MCPCAT_') && !loaders.some((form) => form.test(name));
}
