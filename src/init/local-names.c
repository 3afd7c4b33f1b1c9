#define _GNU_SOURCE
#include "local-names.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay-sockets.h"

enum { at_once = 64, datagram_maximum = 1500 };

const uint8_t local_address[4] = {127, 0, 0, 1};

bool local_name(const struct dns_query *query) {
  static const char localhost[] = "localhost";
  enum { size = sizeof localhost - 1 };
  char own[dns_name_maximum + 1] = "";
  if (query->name_size >= size && strcmp(query->name + query->name_size - size, localhost) == 0) {
    return query->name_size == size || query->name[query->name_size - size - 1] == '.';
  }
  return gethostname(own, sizeof own - 1) == 0 && strcmp(query->name, own) == 0;
}

static size_t reply_to(const uint8_t *datagram, size_t size, struct attempts *attempts, uint8_t into[dns_maximum]) {
  struct dns_query query;
  enum dns_code code = dns_fine;
  switch (dns_parse(datagram, size, &query, &code)) {
    case dns_ignore:
      return 0;
    case dns_reply:
      return dns_answer(&query, code, NULL, into);
    case dns_ask:
      if (local_name(&query)) return dns_answer(&query, dns_fine, local_address, into);
      attempts_name(attempts, &query);
      return dns_answer(&query, dns_no_such_name, NULL, into);
  }
  return 0;
}

int local_names_open(void) { return socket_dns(); }

void local_names_answer(int socket, struct attempts *attempts) {
  for (int i = 0; i < at_once; i++) {
    uint8_t question[datagram_maximum];
    uint8_t answer[dns_maximum];
    struct sockaddr_in from;
    socklen_t from_size = sizeof from;
    ssize_t size = recvfrom(socket, question, sizeof question, MSG_DONTWAIT, (struct sockaddr *)&from, &from_size);
    if (size < 0) return;
    size_t reply = reply_to(question, (size_t)size, attempts, answer);
    /* One that can't be sent is lost like any datagram: resolvers ask again. */
    if (reply > 0 && sendto(socket, answer, reply, MSG_DONTWAIT, (struct sockaddr *)&from, from_size) < 0) return;
  }
}
