#ifndef MCPCAT_STDIN_WATCHDOG_H
#define MCPCAT_STDIN_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The pipe of stdin when the server does not read and nobody holds a lease (docker run): while it is full, whoever fills
 * it is stuck in a write and does not notice that its own client is gone. So the pipe is made larger: what was in flight
 * fits in, and the hang-up behind it is seen. Nothing is read here. A client that lives fills it again; then only time
 * tells.
 */
struct stdin_watchdog {
  int64_t next;  /* when to look again */
  int64_t since; /* how long the same bytes have waited */
  int unread;    /* bytes at the last look */
};

/* Looks if it is time to. True when a full pipe has not been read from for `timeout` milliseconds. */
bool stdin_never_read(struct stdin_watchdog *it, int64_t now, int timeout);

/* Milliseconds until the next look. */
int stdin_watchdog_timeout(const struct stdin_watchdog *it, int64_t now);

#endif
