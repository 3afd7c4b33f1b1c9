#ifndef MCPCAT_LOCAL_NAMES_H
#define MCPCAT_LOCAL_NAMES_H

/*
 * Names of a container without any network: the engine, told of none, writes no /etc/hosts, and an empty
 * /etc/resolv.conf means 127.0.0.1 (resolv.conf(5)). So process 1 answers there: localhost (RFC 6761) and the host's own
 * name are 127.0.0.1, and nothing else exists.
 */

/* A socket for local_names_answer, or -1 where this engine lets nobody have port 53. */
int local_names_open(void);

/* Answers what has come; never waits. */
void local_names_answer(int socket);

#endif
