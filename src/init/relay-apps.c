#define _GNU_SOURCE
#include "relay-apps.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay-sockets.h"

enum { connect_wait = 10000 };

void apps_fail(struct stream *stream, enum reset_reason reason) {
  if (stream->fd >= 0) socket_abort(stream->fd);
  stream->fd = -1;
  backlog_clear(&stream->backlog);
  stream->opened_due = false;
  stream->reset_due = true;
  stream->reset_reason = (uint8_t)reason;
}

void apps_reset(struct relay *relay, struct stream *stream) {
  if (stream->fd >= 0) socket_abort(stream->fd);
  streams_remove(&relay->streams, stream);
}

void apps_connect(struct relay *relay, uint16_t id, uint16_t port, int64_t now) {
  struct stream *stream = streams_add(&relay->streams, id, -1, stream_connecting);
  if (stream == NULL) {
    relay->refusals[relay->refusal_count++] = id; /* launcher_take has seen to it that there is room */
    return;
  }
  /* A port of ours would lead the launcher's stream back to the launcher. */
  for (int i = 0; i < relay->listener_count; i++) {
    if (relay->ports[i] == port) return apps_fail(stream, reset_unreachable);
  }
  bool pending = false;
  stream->fd = socket_connect(port, &pending);
  if (stream->fd < 0) return apps_fail(stream, reset_unreachable);
  stream->opened_due = !pending;
  stream->deadline = now + connect_wait;
}

static void after_connecting(struct stream *stream) {
  if (socket_connected(stream->fd)) {
    stream->opened_due = true;
  } else {
    apps_fail(stream, reset_unreachable);
  }
}

/* The bytes that the socket took, or -1 if it is broken. */
static ssize_t give(struct stream *stream, const uint8_t *bytes, size_t size) {
  ssize_t given = send(stream->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (given < 0 && (errno == EAGAIN || errno == EINTR)) given = 0;
  if (given < 0) return -1;
  stream->consumed += (uint32_t)given;
  return given;
}

void apps_deliver(struct stream *stream, const uint8_t *bytes, size_t size) {
  ssize_t given = stream->backlog.size > 0 ? 0 : give(stream, bytes, size);
  if (given < 0) return apps_fail(stream, reset_closed);
  size_t left = size - (size_t)given;
  if (left == 0) return;
  stream->slow = true;
  if (!backlog_append(&stream->backlog, bytes + given, left)) apps_fail(stream, reset_limit);
}

static void close_ended(struct relay *relay, struct stream *stream) {
  close(stream->fd);
  streams_remove(&relay->streams, stream);
}

void apps_settle(struct relay *relay, struct stream *stream) {
  if (stream->peer_ended && stream->backlog.size == 0 && !stream->shut) {
    shutdown(stream->fd, SHUT_WR);
    stream->shut = true;
  }
  if (!stream->ended || !stream->peer_ended) return;
  if (stream->shut) return close_ended(relay, stream);
  stream->state = stream_draining;
  stream->id = 0;
}

void apps_end(struct relay *relay, struct stream *stream) {
  stream->peer_ended = true;
  apps_settle(relay, stream);
}

/* A draining stream is over for the launcher: nobody is to be told. */
static void broken(struct relay *relay, struct stream *stream) {
  if (stream->state == stream_draining) return apps_reset(relay, stream);
  apps_fail(stream, reset_closed);
}

static void drain(struct relay *relay, struct stream *stream) {
  while (stream->backlog.size > 0) {
    size_t size;
    const uint8_t *bytes = backlog_first(&stream->backlog, &size);
    ssize_t given = give(stream, bytes, size);
    if (given < 0) return broken(relay, stream);
    backlog_drop(&stream->backlog, (size_t)given);
    if ((size_t)given < size) return;
  }
  apps_settle(relay, stream);
}

static bool may_read(struct relay *relay, const struct stream *stream) {
  size_t wanted = 1;
  return stream->state == stream_open && !stream->input_ended && stream->credit > 0 &&
         output_data(&relay->output, &wanted) != NULL;
}

static void take(struct relay *relay, struct stream *stream) {
  size_t size = stream->credit;
  uint8_t *into = output_data(&relay->output, &size);
  if (into == NULL) return;
  ssize_t taken = recv(stream->fd, into, size, MSG_DONTWAIT);
  if (taken > 0) {
    stream->credit -= (uint32_t)taken;
    output_data_frame(&relay->output, stream->id, (size_t)taken);
  } else if (taken == 0) {
    stream->input_ended = true;
  } else if (errno != EAGAIN && errno != EINTR) {
    apps_fail(stream, reset_closed);
  }
}

short apps_events(struct relay *relay, const struct stream *stream) {
  if (stream->fd < 0 || stream->opened_due) return -1;
  if (stream->state == stream_connecting) return POLLOUT;
  short events = 0;
  if (may_read(relay, stream)) events |= POLLIN;
  if (stream->backlog.size > 0) events |= POLLOUT;
  if (events != 0) return events;
  /* A reset would be reported for ever; what was sent before it is read first, when there is room or credit again. */
  bool unread = stream->state == stream_open && !stream->input_ended;
  return unread || stream->shut ? -1 : 0;
}

void apps_react(struct relay *relay, struct stream *stream, short events) {
  if (stream->state == stream_connecting) return after_connecting(stream);
  if (stream->backlog.size > 0 && (events & (POLLOUT | POLLERR | POLLHUP)) != 0) drain(relay, stream);
  if (stream->fd < 0 || stream->state == stream_free) return;
  if (may_read(relay, stream)) {
    if ((events & (POLLIN | POLLERR | POLLHUP)) != 0) take(relay, stream);
  } else if ((events & (POLLERR | POLLHUP)) != 0 && (stream->state == stream_opening || stream->input_ended)) {
    broken(relay, stream);
  }
}
