#ifndef MCPCAT_RELAY_OUTPUT_H
#define MCPCAT_RELAY_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attempts.h"
#include "relay-frames.h"

/*
 * Bytes on their way to the launcher. Bounded: when it is full, nothing is read from applications until the launcher
 * has read. Data may not use the last part, so that other frames find room.
 */
enum { output_size = 196608, output_reserve = 8192, output_frame_maximum = frame_header_size + attempt_maximum };

struct output {
  size_t start, end;
  uint8_t bytes[output_size];
};

/* Room for any frame but DATA. */
bool output_has_room(struct output *output);

/* Appends a frame; there must be room. */
void output_frame(struct output *output, enum frame_type type, uint16_t stream, const void *payload, size_t size);

/* Where *size bytes of data can be read to, *size lowered to what there is room for; NULL if it isn't worth a frame. */
uint8_t *output_data(struct output *output, size_t *size);

/* Makes a DATA frame of the bytes that were read to output_data's place. */
void output_data_frame(struct output *output, uint16_t stream, size_t size);

/* Writes to stdout what it takes. False if nobody can read it any more. */
bool output_flush(struct output *output);

#endif
