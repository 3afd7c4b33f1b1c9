#define _GNU_SOURCE
#include "relay-sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { dns_port = 53, waiting_connections = 128 };

static int closed(int fd) {
  int problem = errno;
  close(fd);
  errno = problem;
  return -1;
}

static int open_bound(int type, uint32_t address, uint16_t port) {
  int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int yes = 1;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
  /* A datagram socket would share its port by this option, and a query could go to the other holder. */
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return bind(fd, (struct sockaddr *)&here, sizeof here) == 0 ? fd : closed(fd);
}

int socket_dns(void) { return open_bound(SOCK_DGRAM, INADDR_LOOPBACK, dns_port); }

int socket_listener(uint16_t port) {
  int fd = open_bound(SOCK_STREAM, INADDR_ANY, port);
  if (fd < 0) return -1;
  return listen(fd, waiting_connections) == 0 ? fd : closed(fd);
}

uint16_t socket_port(int fd) {
  struct sockaddr_in here = {0};
  socklen_t size = sizeof here;
  return getsockname(fd, (struct sockaddr *)&here, &size) == 0 ? ntohs(here.sin_port) : 0;
}

static void send_at_once(int fd) {
  int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int socket_accept(int listener, struct sockaddr_in *meant) {
  socklen_t size = sizeof *meant;
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -1;
  if (getsockname(fd, (struct sockaddr *)meant, &size) != 0) return closed(fd);
  send_at_once(fd);
  return fd;
}

int socket_connect(uint16_t port, bool *pending) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  send_at_once(fd);
  struct sockaddr_in there = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  *pending = connect(fd, (struct sockaddr *)&there, sizeof there) != 0;
  return *pending && errno != EINPROGRESS ? closed(fd) : fd;
}

bool socket_connected(int fd) {
  int problem = 0;
  socklen_t size = sizeof problem;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

void socket_abort(int fd) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}
