#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listeners.h"
#include "local-names.h"
#include "relay-apps.h"
#include "relay-sockets.h"
#include "say.h"

/* How many a single wake-up serves, so that no listener starves the rest; and the pause when descriptors have run out. */
enum { at_once = 64, accept_pause = 100, datagram_maximum = 1500 };

/* A socket that process 1 had opened for this port, else a new one. */
static int listener_for(uint16_t port, int *sockets, int count) {
  for (int i = 0; i < count; i++) {
    if (sockets[i] < 0 || socket_port(sockets[i]) != port) continue;
    int found = sockets[i];
    sockets[i] = -1;
    return found;
  }
  return socket_listener(port);
}

bool apps_listen(struct relay *relay, const uint16_t *ports, int count) {
  int taken[listeners_maximum];
  int listeners = listeners_take(taken, &relay->reports);
  if (!relay->tells && relay->reports >= 0) {
    close(relay->reports);
    relay->reports = -1;
  }
  /* The first one is for questions. */
  relay->dns = listeners > 0 ? taken[0] : socket_dns();
  if (relay->dns < 0) {
    say("can't listen on 127.0.0.1:53/udp: %s", strerror(errno));
    return false;
  }
  for (int i = 0; i < count; i++) {
    relay->ports[i] = ports[i];
    relay->listeners[i] = listener_for(ports[i], taken + 1, listeners - 1);
    if (relay->listeners[i] < 0) {
      say("can't listen on port %u: %s", (unsigned)ports[i], strerror(errno));
      return false;
    }
    relay->listener_count = i + 1;
  }
  for (int i = 1; i < listeners; i++) {
    if (taken[i] >= 0) close(taken[i]);
  }
  return true;
}

static void open_stream(struct relay *relay, int fd, const struct sockaddr_in *meant) {
  struct stream *stream = streams_add(&relay->streams, 0, fd, stream_opening);
  if (stream == NULL) return socket_abort(fd);
  stream->id = streams_number(&relay->streams);
  uint8_t payload[6];
  memcpy(payload, &meant->sin_addr, 4);
  memcpy(payload + 4, &meant->sin_port, 2);
  output_frame(&relay->output, frame_open, stream->id, payload, sizeof payload);
}

void apps_accept(struct relay *relay, int listener, int64_t now) {
  for (int i = 0; i < at_once && output_has_room(&relay->output); i++) {
    struct sockaddr_in meant;
    int fd = socket_accept(listener, &meant);
    if (fd >= 0) {
      open_stream(relay, fd, &meant);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      /* Without descriptors or memory the connection stays in line, and poll would report it without end. */
      if (errno != EAGAIN) relay->accept_from = now + accept_pause;
      return;
    }
  }
}

void apps_reports(struct relay *relay) {
  for (int i = 0; i < at_once && output_has_room(&relay->output); i++) {
    uint8_t record[attempt_maximum];
    ssize_t size = recv(relay->reports, record, sizeof record, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size > 0) {
      output_frame(&relay->output, frame_attempt, 0, record, (size_t)size);
      continue;
    }
    close(relay->reports);
    relay->reports = -1;
    return;
  }
}

static void reply(const struct relay *relay, const struct dns_query *query, const struct sockaddr_in *to,
                  enum dns_code code, const uint8_t *address) {
  uint8_t datagram[dns_maximum];
  size_t size = dns_answer(query, code, address, datagram);
  /* One that can't be sent is lost like any datagram: resolvers ask again. */
  if (sendto(relay->dns, datagram, size, MSG_DONTWAIT, (const struct sockaddr *)to, sizeof *to) < 0) return;
}

static void ask(struct relay *relay, const struct dns_query *query, const struct sockaddr_in *from, int64_t now) {
  struct lookup *lookup = lookups_add(&relay->lookups, now);
  if (lookup == NULL) return;
  lookup->query = *query;
  lookup->from = *from;
  if (!relay->tells || query->type == dns_type_a || query->type == dns_type_aaaa) {
    output_frame(&relay->output, frame_lookup, lookup->id, query->name, query->name_size);
    return;
  }
  uint8_t payload[2 + dns_name_maximum];
  put_u16(payload, query->type);
  memcpy(payload + 2, query->name, query->name_size);
  output_frame(&relay->output, frame_query, lookup->id, payload, 2 + query->name_size);
}

void apps_questions(struct relay *relay, int64_t now) {
  for (int i = 0; i < at_once && output_has_room(&relay->output); i++) {
    uint8_t datagram[datagram_maximum];
    struct sockaddr_in from;
    socklen_t from_size = sizeof from;
    ssize_t size =
        recvfrom(relay->dns, datagram, sizeof datagram, MSG_DONTWAIT, (struct sockaddr *)&from, &from_size);
    if (size < 0) return;
    struct dns_query query;
    enum dns_code code = dns_fine;
    enum dns_verdict verdict = dns_parse(datagram, (size_t)size, &query, &code);
    if (verdict == dns_ask && local_name(&query)) reply(relay, &query, &from, dns_fine, local_address);
    else if (verdict == dns_ask) ask(relay, &query, &from, now);
    if (verdict == dns_reply) reply(relay, &query, &from, code, NULL);
  }
}

void apps_answer(struct relay *relay, struct lookup *lookup, const uint8_t *address) {
  reply(relay, &lookup->query, &lookup->from, address == NULL ? dns_no_such_name : dns_fine, address);
  lookup->id = 0;
}

void apps_records(struct relay *relay, struct lookup *lookup, const uint8_t *records, size_t size) {
  uint8_t datagram[dns_records_maximum];
  size_t filled = dns_records(&lookup->query, records, size, datagram);
  const struct sockaddr *to = (const struct sockaddr *)&lookup->from;
  lookup->id = 0;
  if (sendto(relay->dns, datagram, filled, MSG_DONTWAIT, to, sizeof lookup->from) < 0) return;
}
