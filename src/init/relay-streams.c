#include "relay-streams.h"

void streams_begin(struct streams *streams) { streams->extra = window_extra; }

struct stream *streams_add(struct streams *streams, uint16_t id, int fd, enum stream_state state) {
  for (struct stream *slot = streams->slots; slot < streams->slots + streams_maximum; slot++) {
    if (slot->state != stream_free) continue;
    *slot = (struct stream){.state = state, .id = id, .fd = fd, .window = window_initial};
    return slot;
  }
  return NULL;
}

void streams_remove(struct streams *streams, struct stream *stream) {
  backlog_clear(&stream->backlog);
  streams->extra += stream->window - window_initial;
  *stream = (struct stream){.state = stream_free, .fd = -1};
}

struct stream *streams_find(struct streams *streams, uint16_t id) {
  for (struct stream *slot = streams->slots; slot < streams->slots + streams_maximum; slot++) {
    if (slot->id == id && slot->state != stream_free && slot->state != stream_draining) return slot;
  }
  return NULL;
}

uint16_t streams_number(struct streams *streams) {
  do {
    streams->last = (uint16_t)(streams->last + 2);
    if (streams->last == 0) {
      streams->all_even_used = true;
      streams->last = 2;
    }
  } while (streams_find(streams, streams->last) != NULL);
  return streams->last;
}

void streams_note_odd(struct streams *streams, uint16_t id) {
  streams->used_odd[id >> 4] |= (uint8_t)(1u << (id >> 1 & 7));
}

bool streams_ever_used(const struct streams *streams, uint16_t id) {
  if (id % 2 == 0) return streams->all_even_used || id <= streams->last;
  return (streams->used_odd[id >> 4] >> (id >> 1 & 7) & 1) != 0;
}

void stream_opened(struct stream *stream) {
  stream->state = stream_open;
  stream->opened_due = false;
  stream->credit = window_initial;
  stream->granted = window_initial;
}

bool stream_received(struct stream *stream, uint32_t size) {
  if (size > stream->granted) return false;
  stream->granted -= size;
  return true;
}

bool stream_credited(struct stream *stream, uint32_t size) {
  if (size > UINT32_MAX - stream->credit) return false;
  stream->credit += size;
  return true;
}

uint32_t streams_grant(struct streams *streams, struct stream *stream) {
  uint32_t grant = stream->consumed;
  if (stream->state != stream_open || stream->peer_ended || grant < window_batch) return 0;
  if (stream->slow) {
    uint32_t beyond = stream->window - window_initial;
    uint32_t back = beyond < grant ? beyond : grant;
    stream->window -= back;
    streams->extra += back;
    grant -= back;
  } else {
    uint32_t more = stream->window < window_maximum - stream->window ? stream->window : window_maximum - stream->window;
    if (more > streams->extra) more = streams->extra;
    stream->window += more;
    streams->extra -= more;
    grant += more;
  }
  stream->slow = false;
  stream->consumed = 0;
  stream->granted += grant;
  return grant;
}
