#ifndef MCPCAT_DOORS_H
#define MCPCAT_DOORS_H

#include <stdbool.h>

#include "relay-frames.h"

enum { doors_maximum = 1 + hello_ports_maximum };

/*
 * The relay's listening sockets, opened by process 1 before the server starts: what a server asks for in its first
 * milliseconds waits in line instead of being refused, and nothing has to wait for the relay. Handed over once.
 */
struct doors {
  int desk; /* a relay asks for the sockets here; -1: there are none */
  int count;
  int sockets[doors_maximum];
};

/* Opens DNS and the TCP ports of a list such as "443,80". False after having said why. */
bool doors_open(struct doors *doors, const char *ports);

/* Somebody stands at the desk: gives the sockets and keeps none. */
void doors_hand_over(struct doors *doors);

/* The relay's side: how many sockets process 1 had for us, 0 if none. */
int doors_take(int *sockets);

#endif
