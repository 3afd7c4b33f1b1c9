#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "lease.h"
#include "relay-apps.h"
#include "relay-launcher.h"
#include "say.h"
#include "settings.h"

enum { input_size = 131072, pipe_size = 262144, fds_maximum = 4 + hello_ports_maximum + streams_maximum };
enum outcome { outcome_none, outcome_client_gone, outcome_failed };

/* One per process, in memory that costs nothing until it is used. */
static struct relay state;

/* Frames of the launcher as they come in, whole or not. */
static struct {
  size_t size;
  uint8_t bytes[input_size];
} input;

/* The descriptors of one wait, and whose they are: packed, because poll takes no more than a process may have. */
static struct {
  nfds_t count;
  struct pollfd fds[fds_maximum];
  struct stream *streams[fds_maximum]; /* NULL for the listeners and the launcher */
} watch;

static void watch_for(int fd, short events, struct stream *stream) {
  watch.fds[watch.count] = (struct pollfd){.fd = fd, .events = events};
  watch.streams[watch.count++] = stream;
}

/* Connections are only taken when the launcher can be told. */
static void watch_listeners(int64_t now) {
  if (!state.greeted || !output_has_room(&state.output)) return;
  watch_for(state.dns, POLLIN, NULL);
  if (state.reports >= 0) watch_for(state.reports, POLLIN, NULL);
  if (now < state.accept_from) return;
  for (int i = 0; i < state.listener_count; i++) watch_for(state.listeners[i], POLLIN, NULL);
}

/* Begins with another one each time, so that when room is short each gets its turn. */
static void watch_streams(void) {
  static size_t turn;
  turn = (turn + 1) % streams_maximum;
  for (size_t i = 0; i < streams_maximum; i++) {
    struct stream *stream = &state.streams.slots[(turn + i) % streams_maximum];
    if (stream->state == stream_free) continue;
    short events = apps_events(&state, stream);
    if (events >= 0) watch_for(stream->fd, events, stream);
  }
}

static void sooner(int64_t *deadline, int64_t other) {
  if (*deadline < 0 || other < *deadline) *deadline = other;
}

/* Gives up on connections that have not come about, and finds the next deadline, or -1. */
static int64_t next_deadline(int64_t now, int64_t silence_ends) {
  int64_t deadline = silence_ends;
  if (now < state.accept_from) sooner(&deadline, state.accept_from);
  for (struct stream *stream = state.streams.slots; stream < state.streams.slots + streams_maximum; stream++) {
    if (stream->state != stream_connecting || stream->fd < 0 || stream->opened_due) continue;
    if (now >= stream->deadline) {
      apps_fail(stream, reset_unreachable);
      deadline = now;
    } else {
      sooner(&deadline, stream->deadline);
    }
  }
  return deadline;
}

static enum outcome broken(const char *problem) {
  if (*problem != '\0') say("the launcher sent %s: the network ends", problem);
  return outcome_failed;
}

static enum outcome take_frames(int64_t now) {
  size_t used = 0;
  while (used < input.size) {
    struct frame frame;
    const char *problem = NULL;
    long taken = frame_decode(input.bytes + used, input.size - used, &frame, &problem);
    if (taken == 0) break;
    if (taken > 0) problem = launcher_take(&state, &frame, now);
    if (problem != NULL) return broken(problem);
    used += (size_t)taken;
  }
  input.size -= used;
  if (used > 0) memmove(input.bytes, input.bytes + used, input.size);
  return outcome_none;
}

static enum outcome read_launcher(int64_t now) {
  ssize_t got = read(STDIN_FILENO, input.bytes + input.size, sizeof input.bytes - input.size);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return outcome_none;
  if (got <= 0) return outcome_client_gone;
  input.size += (size_t)got;
  return take_frames(now);
}

static void serve_listeners_and_streams(nfds_t first, int64_t now) {
  for (nfds_t i = first; i < watch.count; i++) {
    const struct pollfd *it = &watch.fds[i];
    if (it->revents == 0) continue;
    if (watch.streams[i] != NULL) {
      apps_react(&state, watch.streams[i], it->revents);
    } else if (it->fd == state.dns) {
      apps_questions(&state, now);
    } else if (it->fd == state.reports) {
      apps_reports(&state);
    } else {
      apps_accept(&state, it->fd, now);
    }
  }
}

/* One wait and what it brought. */
static enum outcome serve_once(const struct lease *lease, int64_t *heard) {
  int64_t now = clock_milliseconds();
  int64_t deadline = next_deadline(now, lease->heartbeat > 0 ? *heard + lease->heartbeat : -1);
  launcher_emit(&state);
  if (!output_flush(&state.output)) return outcome_client_gone;
  watch.count = 0;
  watch_for(STDIN_FILENO, POLLIN, NULL);
  watch_for(state.output.end > 0 ? STDOUT_FILENO : -1, POLLOUT, NULL);
  watch_listeners(now);
  watch_streams();
  int timeout = deadline < 0 ? -1 : deadline <= now ? 0 : (int)(deadline - now);
  if (poll(watch.fds, watch.count, timeout) < 0 && errno != EINTR) {
    say("poll: %s", strerror(errno));
    return outcome_failed;
  }
  now = clock_milliseconds();
  /* Before the launcher's frames: these may end streams and open others, and the numbers of descriptors return. */
  serve_listeners_and_streams(2, now);
  if (watch.fds[0].revents == 0) {
    return lease->heartbeat > 0 && now - *heard >= lease->heartbeat ? outcome_client_gone : outcome_none;
  }
  *heard = now;
  return read_launcher(now);
}

static bool prepare(void) {
  for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return false;
    /* Fewer and larger turns; a wish, and no pipe has to be there at all. */
    fcntl(fd, F_SETPIPE_SZ, pipe_size);
  }
  signal(SIGPIPE, SIG_IGN);
  streams_begin(&state.streams);
  state.tells = settings_reports();
  state.reports = -1;
  return true;
}

int relay(char **arguments) {
  struct lease lease;
  if (!lease_options(&lease, "relay", arguments)) return 2;
  if (!prepare()) {
    say("stdin and stdout must be open: %s", strerror(errno));
    return 1;
  }
  int64_t heard = clock_milliseconds();
  enum outcome outcome;
  do {
    outcome = serve_once(&lease, &heard);
  } while (outcome == outcome_none);
  return outcome == outcome_client_gone ? lease_lost(&lease) : 1;
}
