#ifndef MCPCAT_LEASE_HOLDERS_H
#define MCPCAT_LEASE_HOLDERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whoever holds the lease here for the launcher: `mcpcat-init lease` or `relay`, put into this pid namespace by the
 * engine. The server has their uid and can kill or stop them, so process 1 looks after them.
 */
struct lease_holders {
  bool expected;   /* one will come; without a launcher (docker run) none need */
  pid_t holder;    /* 0: none has been seen yet */
  int64_t next;    /* when to look again */
  int64_t running; /* when one was last seen to run; the start before that */
};

/* Looks if it is time to, and lets a stopped holder go on. True when none has run for long that should have. */
bool lease_holders_lost(struct lease_holders *it, int64_t now);

/* Milliseconds until the next look; -1: never. */
int lease_holders_timeout(const struct lease_holders *it, int64_t now);

/* Whether a line of /proc/PID/stat is that of a holder, from outside this namespace; sets whether it runs. */
bool lease_holders_is_one(const char *stat, bool *runs);

#endif
