#include "relay-frames.h"

#include <stdbool.h>

/* What the launcher may send: bounds of the payload, and whether the frame belongs to a stream or query. */
struct shape {
  uint32_t minimum, maximum;
  bool numbered;
};
static const struct shape shapes[] = {
    [frame_hello] = {2, 2 + 2 * hello_ports_maximum, false},
    [frame_answer] = {0, 4, true},
    [frame_open] = {2, 2, true},
    [frame_opened] = {0, 0, true},
    [frame_data] = {1, frame_payload_maximum, true},
    [frame_window] = {4, 4, true},
    [frame_reset] = {1, 1, true},
    [frame_end] = {0, 0, true},
    [frame_beat] = {0, 0, false},
    [frame_records] = {3, records_maximum, true},
};

uint16_t get_u16(const uint8_t *from) { return (uint16_t)(from[0] << 8 | from[1]); }

uint32_t get_u32(const uint8_t *from) { return (uint32_t)get_u16(from) << 16 | get_u16(from + 2); }

void put_u16(uint8_t *into, uint16_t value) {
  into[0] = (uint8_t)(value >> 8);
  into[1] = (uint8_t)value;
}

void put_u32(uint8_t *into, uint32_t value) {
  put_u16(into, (uint16_t)(value >> 16));
  put_u16(into + 2, (uint16_t)value);
}

static const char *header_problem(uint8_t type, uint8_t flags, const struct frame *frame) {
  if (type < frame_hello || type > frame_records) return "a frame of an unknown type";
  bool ours = type == frame_ready || type == frame_lookup || type == frame_attempt || type == frame_query;
  if (ours) return "a frame that only the relay sends";
  if (flags != 0) return "flags that are not 0";
  const struct shape *shape = &shapes[type];
  if (frame->length < shape->minimum || frame->length > shape->maximum) return "a frame of the wrong length";
  if (type == frame_answer && frame->length != 0 && frame->length != 4) return "an ANSWER that is no IPv4 address";
  if ((frame->stream != 0) != shape->numbered) return "a frame with a stream number that it can't have";
  return NULL;
}

long frame_decode(const uint8_t *bytes, size_t size, struct frame *frame, const char **problem) {
  if (size < frame_header_size) return 0;
  *frame = (struct frame){
      .type = bytes[0],
      .stream = get_u16(bytes + 2),
      .length = get_u32(bytes + 4),
      .payload = bytes + frame_header_size,
  };
  *problem = header_problem(bytes[0], bytes[1], frame);
  if (*problem != NULL) return -1;
  if (size - frame_header_size < frame->length) return 0;
  if (frame->type == frame_reset && frame->payload[0] > reset_protocol) {
    return *problem = "a RESET with an unknown reason", -1;
  }
  if (frame->type == frame_window && get_u32(frame->payload) == 0) return *problem = "a WINDOW of 0 bytes", -1;
  return (long)(frame_header_size + frame->length);
}

void frame_encode(uint8_t *into, enum frame_type type, uint16_t stream, uint32_t length) {
  into[0] = (uint8_t)type;
  into[1] = 0;
  put_u16(into + 2, stream);
  put_u32(into + 4, length);
}

int frame_hello_ports(const struct frame *hello, uint16_t ports[hello_ports_maximum], const char **problem) {
  int count = hello->payload[1];
  if (hello->payload[0] != hello_version) return *problem = "a HELLO of another version", -1;
  if (count > hello_ports_maximum || hello->length != 2 + 2 * (uint32_t)count) {
    return *problem = "a HELLO with another number of ports than it says", -1;
  }
  for (int i = 0; i < count; i++) {
    ports[i] = get_u16(hello->payload + 2 + 2 * i);
    if (ports[i] == 0) return *problem = "a HELLO with port 0", -1;
    for (int other = 0; other < i; other++) {
      if (ports[other] == ports[i]) return *problem = "a HELLO with the same port twice", -1;
    }
  }
  return count;
}
