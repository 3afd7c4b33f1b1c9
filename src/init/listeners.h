#ifndef MCPCAT_LISTENERS_H
#define MCPCAT_LISTENERS_H

#include <stdbool.h>

#include "relay-frames.h"

/* DNS, ports, and the end of a pair on which process 1 tells of attempts. */
enum { listeners_maximum = 2 + hello_ports_maximum };

/*
 * The relay's listening sockets, opened by process 1 before the server starts: what a server asks for in its first
 * milliseconds waits in line instead of being refused, and nothing has to wait for the relay. Handed over once.
 */
struct listeners {
  int handoff; /* a relay asks for the sockets here; -1: there are none */
  int count;
  int sockets[listeners_maximum];
};

/*
 * Opens DNS and the TCP ports of a list such as "443,80", none of it for NULL; `reports` (attempts.h), if it is not -1, is
 * handed over with them and belongs to the listeners from here on. False after having said why.
 */
bool listeners_open(struct listeners *listeners, const char *ports, int reports);

/* A relay asks for the handoff: gives the sockets and keeps none. */
void listeners_hand_over(struct listeners *listeners);

/*
 * The relay's or lease's side: how many sockets process 1 had for us, 0 if none; *reports is the one on which whole
 * records of attempts come, or -1.
 */
int listeners_take(int *sockets, int *reports);

#endif
