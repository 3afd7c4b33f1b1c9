#ifndef MCPCAT_SERVER_H
#define MCPCAT_SERVER_H

#include <sys/types.h>

/* Starts the server in a process group of its own with default signal actions. Its pid, or -1 after having said why. */
pid_t server_start(char **command, char **environment);

/* To every process of the server's group. */
void server_signal(pid_t server, int signal);

/* SIGKILL to everything that is left: in process 1 of a container that is all of it. */
void server_kill_all(pid_t server);

/* Reaps all that have ended. 1 and *status if the server itself was among them. */
int server_reap(pid_t server, int *status);

#endif
