#ifndef MCPCAT_LEASE_H
#define MCPCAT_LEASE_H

#include <stdbool.h>
#include <sys/types.h>

/* What `lease` and `relay` share: both hold a client's lease on the server. */
struct lease {
  int heartbeat; /* milliseconds of silence that end it; -1: silence is fine */
  pid_t init; /* who is told: process 1 */
};

/* Reads [--heartbeat MS] [--pid PID]; false after having said how the command is used. */
bool lease_options(struct lease *lease, const char *command, char **arguments);

/* Tells process 1 that the client is gone. Exit code. */
int lease_lost(const struct lease *lease);

/* `mcpcat-init lease [--heartbeat MS]`: holds until its stdin ends, then tells process 1. Exit code. */
int lease(char **arguments);

#endif
