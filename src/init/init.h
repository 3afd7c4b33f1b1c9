#ifndef MCPCAT_INIT_H
#define MCPCAT_INIT_H

/* The signal by which `mcpcat-init lease` tells process 1 that the client is gone; no server uses it. */
#define LEASE_SIGNAL (SIGRTMAX)

/* Runs the command and watches over it; returns the exit code for the container. */
int run_init(char **command);

#endif
