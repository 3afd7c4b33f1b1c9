/**
 * Whether a command line in a container is ours: process 1, lease, relay or probe, also while the engine is starting or
 * reaping one (`[mcpcat-init]`, `runc init`).
 */
export function isOwnProcess(command: string): boolean {
  return /^($|(\/\.mcpcat-[0-9a-f]+)?\/mcpcat-init|\[mcpcat-init\]|runc(:\[| init))/.test(command);
}
