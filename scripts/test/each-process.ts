/** Loaded into every process that runs tests: it ends in time, and says what it has cost. */
import { readFileSync, writeSync } from 'node:fs';
import { after } from 'node:test';

/** For the closing of what is known; a test of this file sets another. */
const longestEndMs = Number(process.env['MCPCAT_TEST_END_MS'] ?? 120_000);

// What a test leaves open (a server, a timer, a child) keeps the process from ending; it then fails and says what.
after(() => {
  const late = (): void => {
    const open = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(
      `${String(longestEndMs / 1000)} s after the last test there is still open: ${open}\n`,
    );
    process.exit(1);
  };
  setTimeout(late, longestEndMs).unref();
});

process.on('exit', () => writeSync(2, `ℹ cpu_seconds ${processorSeconds().toFixed(1)}\n`));

/** Of this process and of all that it has waited for, where the system tells (proc_pid_stat(5), in hundredths). */
function processorSeconds(): number {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return (utime + stime + cutime + cstime) / 100;
}
