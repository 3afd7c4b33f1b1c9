#include "relay-launcher.h"

#include "relay-apps.h"

static const char *take_hello(struct relay *relay, const struct frame *frame) {
  uint16_t ports[hello_ports_maximum];
  const char *problem = NULL;
  int count = frame_hello_ports(frame, ports, &problem);
  if (count < 0) return problem;
  if (!apps_listen(relay, ports, count)) return "";
  relay->greeted = true;
  output_frame(&relay->output, frame_ready, 0, NULL, 0);
  return NULL;
}

static const char *take_answer(struct relay *relay, const struct frame *frame) {
  struct lookup *lookup = lookups_find(&relay->lookups, frame->stream);
  if (lookup != NULL) {
    apps_answer(relay, lookup, frame->length == 4 ? frame->payload : NULL);
    return NULL;
  }
  return lookups_ever_used(&relay->lookups, frame->stream) ? NULL : "an ANSWER to no question";
}

static const char *take_records(struct relay *relay, const struct frame *frame) {
  struct lookup *lookup = lookups_find(&relay->lookups, frame->stream);
  if (!relay->tells) return "RECORDS, for which nobody has asked";
  if (lookup == NULL) {
    return lookups_ever_used(&relay->lookups, frame->stream) ? NULL : "RECORDS for no question";
  }
  apps_records(relay, lookup, frame->payload, frame->length);
  return NULL;
}

static const char *take_open(struct relay *relay, const struct frame *frame, int64_t now) {
  uint16_t port = get_u16(frame->payload);
  if (frame->stream % 2 == 0) return "an OPEN with an even number";
  if (streams_find(&relay->streams, frame->stream) != NULL) return "an OPEN of a stream that is open";
  if (port == 0) return "an OPEN to port 0";
  if (relay->refusal_count == refusals_maximum) return "too many streams beyond the limit";
  streams_note_odd(&relay->streams, frame->stream);
  apps_connect(relay, frame->stream, port, now);
  return NULL;
}

/* Frames of an open stream. */
static const char *take_open_stream(struct relay *relay, struct stream *stream, const struct frame *frame) {
  if (frame->type == frame_window) {
    return stream_credited(stream, get_u32(frame->payload)) ? NULL : "a WINDOW of more than 4 GB";
  }
  if (frame->type == frame_opened) return "an OPENED of a stream that is open";
  if (stream->peer_ended) return "a frame after the END of its stream";
  if (frame->type == frame_end) {
    apps_end(relay, stream);
    return NULL;
  }
  if (!stream_received(stream, frame->length)) return "more DATA than was granted";
  apps_deliver(stream, frame->payload, frame->length);
  return NULL;
}

static const char *take_stream(struct relay *relay, const struct frame *frame) {
  struct stream *stream = streams_find(&relay->streams, frame->stream);
  if (stream == NULL) {
    return streams_ever_used(&relay->streams, frame->stream) ? NULL : "a frame of a stream that never was";
  }
  if (frame->type == frame_reset) {
    apps_reset(relay, stream);
  } else if (stream->reset_due) {
    return NULL; /* the launcher does not know yet */
  } else if (stream->state == stream_open) {
    return take_open_stream(relay, stream, frame);
  } else if (stream->state == stream_opening && frame->type == frame_opened) {
    stream_opened(stream);
  } else {
    return "a frame of a stream that is not open yet";
  }
  return NULL;
}

const char *launcher_take(struct relay *relay, const struct frame *frame, int64_t now) {
  if ((frame->type == frame_hello) == relay->greeted) {
    return relay->greeted ? "a second HELLO" : "a frame before HELLO";
  }
  switch (frame->type) {
    case frame_hello:
      return take_hello(relay, frame);
    case frame_beat:
      return NULL;
    case frame_answer:
      return take_answer(relay, frame);
    case frame_records:
      return take_records(relay, frame);
    case frame_open:
      return take_open(relay, frame, now);
    default:
      return take_stream(relay, frame);
  }
}

static void emit_reset(struct relay *relay, uint16_t id, uint8_t reason) {
  output_frame(&relay->output, frame_reset, id, &reason, 1);
}

static void emit_stream(struct relay *relay, struct stream *stream) {
  struct output *output = &relay->output;
  if (stream->reset_due) {
    emit_reset(relay, stream->id, stream->reset_reason);
    streams_remove(&relay->streams, stream);
    return;
  }
  if (stream->opened_due) {
    output_frame(output, frame_opened, stream->id, NULL, 0);
    stream_opened(stream);
  }
  uint8_t payload[4];
  put_u32(payload, streams_grant(&relay->streams, stream));
  if (get_u32(payload) > 0) output_frame(output, frame_window, stream->id, payload, sizeof payload);
  if (stream->input_ended && !stream->ended) {
    output_frame(output, frame_end, stream->id, NULL, 0);
    stream->ended = true;
    apps_settle(relay, stream);
  }
}

void launcher_emit(struct relay *relay) {
  while (relay->refusal_count > 0 && output_has_room(&relay->output)) {
    emit_reset(relay, relay->refusals[--relay->refusal_count], reset_limit);
  }
  for (struct stream *stream = relay->streams.slots; stream < relay->streams.slots + streams_maximum; stream++) {
    if (stream->state == stream_free || stream->state == stream_draining) continue;
    if (!output_has_room(&relay->output)) return;
    emit_stream(relay, stream);
  }
}
