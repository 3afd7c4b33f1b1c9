#ifndef MCPCAT_LIMITS_H
#define MCPCAT_LIMITS_H

/*
 * Lowers limits of this process, which the server inherits and can't raise, where no engine sets them (a pod has no
 * field for either). Arguments: `nofile=N` or `nproc=N` (setrlimit(2); a limit that is lower already stays), then
 * `--` and a command. Returns the command; NULL, having said why, when one is not understood or can't be held.
 */
char **limits_lower(char **arguments);

#endif
