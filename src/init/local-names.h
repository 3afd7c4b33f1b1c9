#ifndef MCPCAT_LOCAL_NAMES_H
#define MCPCAT_LOCAL_NAMES_H

#include <stdbool.h>

#include "attempts.h"
#include "relay-dns.h"

/*
 * The container's own names. An engine that is told of no network writes no /etc/hosts, and an empty /etc/resolv.conf
 * means 127.0.0.1 (resolv.conf(5)): there the relay answers, or without one process 1. localhost (RFC 6761) and the
 * host's own name are 127.0.0.1; without a relay nothing else exists.
 */

/* Whether it is one of them. */
bool local_name(const struct dns_query *query);

/* Four bytes: their address. */
extern const uint8_t local_address[4];

/* A socket for local_names_answer, or -1 where this engine lets nobody have port 53. */
int local_names_open(void);

/* Answers what has come and tells of names that are not its own; never waits. */
void local_names_answer(int socket, struct attempts *attempts);

#endif
