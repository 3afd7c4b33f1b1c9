#ifndef MCPCAT_CONFINE_H
#define MCPCAT_CONFINE_H

/*
 * A server has the same uid as process 1: without this it could stop process 1 with ptrace or write into its memory,
 * and then outlive its client. The kernel gives the memory of a process that can't be dumped to nobody (ptrace(2)).
 */
void confine_self(void);

/*
 * Forbids all descendants, and this process, what `network: none` and the engine's own seccomp profile leave open; 0 or
 * -1 with errno. Unless `listener` is NULL, it gets the descriptor that tells of every connect() (seccomp_unotify(2)), or
 * -1 where the kernel can't: nothing is enforced with it, and nobody who connects himself may hold it.
 */
int confine_descendants(int *listener);

#endif
