#ifndef MCPCAT_RELAY_LOOKUPS_H
#define MCPCAT_RELAY_LOOKUPS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay-dns.h"

/* Questions that wait for the launcher's answer. */
enum { lookups_maximum = 64, lookup_wait = 10000 };

struct lookup {
  uint16_t id; /* 0: free */
  int64_t since;
  struct sockaddr_in from;
  struct dns_query query;
};

struct lookups {
  struct lookup slots[lookups_maximum];
  uint16_t last;
  bool all_used; /* numbers have gone round */
};

/* A place for a question, numbered; one that was never answered in 10 s gives way. NULL if all are waiting. */
struct lookup *lookups_add(struct lookups *lookups, int64_t now);
struct lookup *lookups_find(struct lookups *lookups, uint16_t id);
bool lookups_ever_used(const struct lookups *lookups, uint16_t id);

#endif
