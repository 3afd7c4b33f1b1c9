/**
 * One file has two names where WSL is: `C:\x` of Windows is `/mnt/c/x` in the distribution, and `/home/ada` of a
 * distribution is `\\wsl.localhost\NAME\home\ada` for Windows.
 */

/** A path of Windows as a distribution below it has it. What is none, or another distribution's, is left as it is. */
export function underWsl(text: string): string {
  const drive = /^([A-Za-z]):[\\/](.*)$/s.exec(text);
  if (drive !== null) return `/mnt/${(drive[1] ?? '').toLowerCase()}/${slashes(drive[2] ?? '')}`;
  const own = /^[\\/]{2}wsl(?:\.localhost|\$)[\\/][^\\/]+([\\/].*)?$/is.exec(text);
  return own === null ? text : slashes(own[1] ?? '/');
}

/** A path of a distribution's drives as Windows has it: `/mnt/c/x` and Git's `/c/x`. Others are left as they are. */
export function onWindows(text: string): string {
  const drive = /^\/(?:mnt\/)?([A-Za-z])(?:\/(.*))?$/s.exec(text);
  if (drive === null) return text;
  return `${(drive[1] ?? '').toUpperCase()}:\\${(drive[2] ?? '').replaceAll('/', '\\')}`;
}

/** `\\server\share\…`, also in its long form: a place on the network, which no engine can mount. */
export function isNetworkPath(text: string): boolean {
  return /^[\\/]{2}(?:[?.][\\/]UNC[\\/])?[^\\/?.][^\\/]*[\\/][^\\/]+/i.test(text);
}

function slashes(text: string): string {
  return text.replaceAll('\\', '/');
}
