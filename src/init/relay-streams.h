#ifndef MCPCAT_RELAY_STREAMS_H
#define MCPCAT_RELAY_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay-backlog.h"

/*
 * The table of streams and their credit; pure but for the memory of backlogs. Even numbers are the relay's own streams
 * (an application connected), odd ones the launcher's.
 *
 *   relay:    opening ----OPENED----> open --both ENDs--> free, or draining while the application takes the rest
 *   launcher: connecting --connected, OPENED sent--^
 *   any state --RESET--> free; --local failure--> free once our RESET has been sent (reset_due)
 */
enum { streams_maximum = 256, window_initial = 65536, window_maximum = 262144, window_extra = 524288 };
enum { window_batch = 32768 };
enum stream_state { stream_free, stream_opening, stream_connecting, stream_open, stream_draining };

struct stream {
  enum stream_state state;
  uint16_t id; /* 0 while draining: the number may be in use again */
  int fd;      /* -1 when only frames are due */
  int64_t deadline;  /* while connecting */
  uint32_t credit;   /* bytes that may go to the launcher */
  uint32_t granted;  /* bytes that the launcher may still send */
  uint32_t consumed; /* bytes that the application took and that have not been granted again */
  uint32_t window;   /* granted, consumed and waiting bytes together */
  bool slow;         /* since the last WINDOW the application had to be waited for */
  bool input_ended;  /* the application has sent its last byte */
  bool ended;        /* our END has been sent */
  bool peer_ended;   /* the launcher's END has come */
  bool shut;         /* and the application has been told */
  bool opened_due, reset_due;
  uint8_t reset_reason;
  struct backlog backlog; /* bytes for the application */
};

struct streams {
  struct stream slots[streams_maximum];
  uint32_t extra;                 /* what fast streams may still have beyond the initial window, together */
  uint16_t last;                  /* even number given last */
  bool all_even_used;             /* numbers have gone round */
  uint8_t used_odd[65536 / 2 / 8]; /* numbers the launcher has used */
};

void streams_begin(struct streams *streams);

/* A free slot as a stream in that state, or NULL if 256 are in use. */
struct stream *streams_add(struct streams *streams, uint16_t id, int fd, enum stream_state state);

/* Gives the slot and its memory back; the descriptor must have been closed. */
void streams_remove(struct streams *streams, struct stream *stream);

struct stream *streams_find(struct streams *streams, uint16_t id);

/* The next number for a stream of ours, round robin, so that a late frame of an old stream hits no new one. */
uint16_t streams_number(struct streams *streams);

void streams_note_odd(struct streams *streams, uint16_t id);
bool streams_ever_used(const struct streams *streams, uint16_t id);

/* OPENED went over: both directions start with the initial window. */
void stream_opened(struct stream *stream);

/* Bytes came from the launcher; false if they are more than it was granted. */
bool stream_received(struct stream *stream, uint32_t size);

/* A WINDOW came; false if the sum is absurd. */
bool stream_credited(struct stream *stream, uint32_t size);

/*
 * What to grant the launcher now, 0 if nothing is due. A stream whose application keeps up gets a larger window as long
 * as there is memory for it, and loses it again when the application has to be waited for.
 */
uint32_t streams_grant(struct streams *streams, struct stream *stream);

#endif
