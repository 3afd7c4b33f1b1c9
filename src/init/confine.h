#ifndef MCPCAT_CONFINE_H
#define MCPCAT_CONFINE_H

/*
 * A server has the same uid as its guard: without this it could stop process 1 with ptrace or write into its memory,
 * and then outlive its client. The kernel gives the memory of a process that can't be dumped to nobody (ptrace(2)).
 */
void confine_self(void);

/* Forbids all descendants what `network: none` and the engine's own seccomp profile leave open; 0 or -1 with errno. */
int confine_descendants(void);

#endif
