#ifndef MCPCAT_ATTEMPTS_H
#define MCPCAT_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay-dns.h"

/*
 * What ends inside the container, for the launcher to tell: a connection to an address that no network leads to, to a
 * port of loopback on which nobody listens, a name that is asked for where there is no tunnel. The kernel stops each
 * connect() of the server for the moment it takes process 1 to read where it leads; it always goes on unchanged. This
 * watches, it enforces nothing: a server that changes its address meanwhile deceives only the log.
 *
 * Each is told once, as the payload of an ATTEMPT frame: kind u8, address or name, and before it port or type u16.
 */
enum attempt_kind {
  attempt_more = 0, /* and no more will be told */
  attempt_ipv4 = 4,
  attempt_ipv6 = 6,
  attempt_name = 1,
};
enum { attempt_maximum = 3 + dns_name_maximum, attempts_told_maximum = 128 };

struct attempt {
  uint64_t key;
  int64_t until; /* somebody listens there: not looked at again before; -1: it has been told */
};

struct attempts {
  int listener; /* of connect() (seccomp_unotify(2)); -1: the kernel has none */
  int near;     /* whole records to whoever holds `far`; -1: nobody is to be told */
  int far;
  int count, told;
  struct attempt seen[attempts_told_maximum];
};

/* Ready to tell; without the means it stays silent. Takes the listener. */
void attempts_open(struct attempts *it, int listener);

/* The listener is readable: lets the waiting connections go on, and tells what will not get anywhere. */
void attempts_serve(struct attempts *it);

/* A name that nobody is asked for. */
void attempts_name(struct attempts *it, const struct dns_query *query);

#endif
