#ifndef MCPCAT_RELAY_FRAMES_H
#define MCPCAT_RELAY_FRAMES_H

#include <stddef.h>
#include <stdint.h>

/*
 * The tunnel's frames, pure: type u8 | flags u8 (0) | stream u16 | length u32 | payload, all big-endian.
 * R: the relay, in the container; L: the launcher, outside.
 */
enum frame_type {
  frame_hello = 1, /* L, first: version (1), number of ports, ports */
  frame_ready,     /* R: everything listens */
  frame_lookup,    /* R: query number as stream; name */
  frame_answer,    /* L: IPv4 address, or nothing if the name is not permitted */
  frame_open,      /* R: IPv4 address and port that were meant; L: port on 127.0.0.1 */
  frame_opened,
  frame_data,
  frame_window, /* so many more bytes are welcome */
  frame_reset,  /* reason; the stream is over in both directions */
  frame_end,    /* half-close */
  frame_beat,   /* L: alive */
  /* Only where the launcher has set MCPCAT_REPORTS: an older one would not know them. */
  frame_attempt, /* R: what ended inside the container (attempts.h) */
  frame_query,   /* R: as LOOKUP, for a type of record that is no address: u16 type, name */
  frame_records, /* L, instead of ANSWER to a QUERY: u16 size and RDATA each */
};
enum reset_reason { reset_closed, reset_refused, reset_unreachable, reset_limit, reset_protocol };
enum {
  frame_header_size = 8,
  frame_payload_maximum = 65536,
  records_maximum = 1152,
  hello_version = 1,
  hello_ports_maximum = 64,
};

struct frame {
  enum frame_type type;
  uint16_t stream;
  uint32_t length;
  const uint8_t *payload; /* in the bytes that were decoded */
};

/*
 * The frame at the start of bytes from the launcher. The bytes it takes; 0 if it isn't there in full; -1 with *problem
 * as soon as its header can't be right: type, flags, length and stream number are checked, the stream's state is not.
 */
long frame_decode(const uint8_t *bytes, size_t size, struct frame *frame, const char **problem);

/* Writes frame_header_size bytes. */
void frame_encode(uint8_t *into, enum frame_type type, uint16_t stream, uint32_t length);

/* The ports of a HELLO, each once; their number, or -1 with *problem. */
int frame_hello_ports(const struct frame *hello, uint16_t ports[hello_ports_maximum], const char **problem);

uint16_t get_u16(const uint8_t *from);
uint32_t get_u32(const uint8_t *from);
void put_u16(uint8_t *into, uint16_t value);
void put_u32(uint8_t *into, uint32_t value);

#endif
