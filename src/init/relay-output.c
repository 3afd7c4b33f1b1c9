#define _GNU_SOURCE
#include "relay-output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { data_worthwhile = 4096 };

/* Moves what is left to the front if the end is near. */
static void make_room(struct output *output, size_t wanted) {
  if (output->start == 0 || output_size - output->end >= wanted) return;
  memmove(output->bytes, output->bytes + output->start, output->end - output->start);
  output->end -= output->start;
  output->start = 0;
}

bool output_has_room(struct output *output) {
  make_room(output, output_frame_maximum);
  return output_size - output->end >= output_frame_maximum;
}

void output_frame(struct output *output, enum frame_type type, uint16_t stream, const void *payload, size_t size) {
  uint8_t *frame = output->bytes + output->end;
  frame_encode(frame, type, stream, (uint32_t)size);
  if (size > 0) memcpy(frame + frame_header_size, payload, size);
  output->end += frame_header_size + size;
}

uint8_t *output_data(struct output *output, size_t *size) {
  make_room(output, frame_header_size + frame_payload_maximum + output_reserve);
  size_t free_bytes = output_size - output->end;
  if (free_bytes < frame_header_size + data_worthwhile + output_reserve) return NULL;
  size_t room = free_bytes - frame_header_size - output_reserve;
  if (room > frame_payload_maximum) room = frame_payload_maximum;
  if (*size > room) *size = room;
  return output->bytes + output->end + frame_header_size;
}

void output_data_frame(struct output *output, uint16_t stream, size_t size) {
  frame_encode(output->bytes + output->end, frame_data, stream, (uint32_t)size);
  output->end += frame_header_size + size;
}

bool output_flush(struct output *output) {
  while (output->start < output->end) {
    ssize_t written = write(STDOUT_FILENO, output->bytes + output->start, output->end - output->start);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno == EAGAIN;
    output->start += (size_t)written;
  }
  output->start = output->end = 0;
  return true;
}
