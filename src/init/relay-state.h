#ifndef MCPCAT_RELAY_STATE_H
#define MCPCAT_RELAY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay-frames.h"
#include "relay-lookups.h"
#include "relay-output.h"
#include "relay-streams.h"

enum { refusals_maximum = 256 };

/* All that a relay is; one of them, without pointers into it but for the time of a call. */
struct relay {
  struct output output;
  struct streams streams;
  struct lookups lookups;
  bool greeted;
  bool tells;  /* the launcher knows the frames ATTEMPT, QUERY and RECORDS */
  int reports; /* records of attempts from process 1; -1: none */
  int dns;     /* from here on: after HELLO */
  int listener_count;
  uint16_t ports[hello_ports_maximum];
  int listeners[hello_ports_maximum];
  int64_t accept_from;                 /* no descriptors were left: not before then */
  uint16_t refusals[refusals_maximum]; /* streams of the launcher for which no slot was free: RESET is due */
  size_t refusal_count;
};

#endif
