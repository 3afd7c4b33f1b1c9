#ifndef MCPCAT_SETTINGS_H
#define MCPCAT_SETTINGS_H

#include <stdbool.h>

/* Graces in milliseconds; README of the contract: src/init/README.md. */
struct settings {
  int eof_grace;   /* MCPCAT_EOF_GRACE_MS: from the client's hang-up to SIGTERM */
  int term_grace;  /* MCPCAT_TERM_GRACE_MS: from SIGTERM to SIGKILL */
  int lease_grace; /* from the loss of the second lease to SIGTERM; never longer than eof_grace */
  int unread;      /* MCPCAT_UNREAD_MS: how long a full stdin may go unread where nobody holds a lease */
  bool secrets_handoff;   /* MCPCAT_PREAMBLE=1: secrets come first on stdin */
  bool held;       /* MCPCAT_LEASE=1: a lease comes within 20 s, or there is no client */
  bool isolated;   /* MCPCAT_NETWORK=none: the server must not start where there is any network */
  bool reports;      /* MCPCAT_REPORTS=1: the launcher wants to know what ends inside (attempts.h) */
  const char *mounts; /* MCPCAT_MOUNTS: what has to be mounted where (mounts.h); NULL: nothing to compare */
  const char *ports; /* MCPCAT_PORTS: permitted ports of a server with a tunnel, such as 443,80; NULL: no tunnel */
};

/* Reads the environment; what it can't understand is said and replaced by the default. */
struct settings settings_from_environment(void);

/* MCPCAT_REPORTS=1 alone, for a relay and a lease. */
bool settings_reports(void);

/* A whole decimal number from 0 to maximum, or -1. */
int parse_number(const char *text, int maximum);

#endif
