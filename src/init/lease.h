#ifndef MCPCAT_LEASE_H
#define MCPCAT_LEASE_H

/* `mcpcat-init lease [--heartbeat MS]`: holds until its stdin ends, then tells process 1. Exit code. */
int lease(char **arguments);

#endif
