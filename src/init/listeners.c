#define _GNU_SOURCE
#include "listeners.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "relay-sockets.h"
#include "say.h"

/* An abstract name (unix(7)): it belongs to the container's network namespace and needs no file. */
static const char name[] = "\0mcpcat-listeners";

static struct sockaddr_un address_of(socklen_t *size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, name, sizeof name - 1);
  *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name - 1);
  return address;
}

static void close_all(struct listeners *listeners) {
  while (listeners->count > 0) close(listeners->sockets[--listeners->count]);
  if (listeners->handoff >= 0) close(listeners->handoff);
  listeners->handoff = -1;
}

static bool add(struct listeners *listeners, int fd, const char *what) {
  if (fd < 0) {
    say("can't listen on %s: %s", what, strerror(errno));
    return false;
  }
  listeners->sockets[listeners->count++] = fd;
  return true;
}

/* The number at *text, which is moved behind it and the comma after it; 0 if there is none. */
static uint16_t next_port(const char **text) {
  uint32_t port = 0;
  const char *at = *text;
  for (; *at >= '0' && *at <= '9' && port <= UINT16_MAX; at++) port = port * 10 + (uint32_t)(*at - '0');
  if (port > UINT16_MAX || at == *text || (*at != '\0' && *at != ',')) return 0;
  *text = *at == ',' ? at + 1 : at;
  return (uint16_t)port;
}

static bool open_sockets(struct listeners *listeners, const char *ports) {
  if (ports == NULL) return true;
  if (!add(listeners, socket_dns(), "127.0.0.1:53/udp")) return false;
  while (*ports != '\0') {
    uint16_t port = next_port(&ports);
    if (port == 0 || listeners->count == 1 + hello_ports_maximum) {
      say("MCPCAT_PORTS: expected up to %d ports such as 443,80", hello_ports_maximum);
      return false;
    }
    if (!add(listeners, socket_listener(port), "a permitted port")) return false;
  }
  return true;
}

static bool open_handoff(struct listeners *listeners) {
  socklen_t size;
  struct sockaddr_un address = address_of(&size);
  listeners->handoff = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listeners->handoff >= 0 && bind(listeners->handoff, (struct sockaddr *)&address, size) == 0 && listen(listeners->handoff, 1) == 0) {
    return true;
  }
  say("can't keep the sockets for the relay: %s", strerror(errno));
  return false;
}

bool listeners_open(struct listeners *listeners, const char *ports, int reports) {
  *listeners = (struct listeners){.handoff = -1};
  bool opened = open_sockets(listeners, ports);
  if (reports >= 0) listeners->sockets[listeners->count++] = reports;
  if (opened && open_handoff(listeners)) return true;
  close_all(listeners);
  return false;
}

union rights {
  struct cmsghdr header;
  char space[CMSG_SPACE(sizeof(int[listeners_maximum]))];
};

static struct msghdr message_of(struct iovec *data, union rights *rights, size_t size) {
  struct msghdr message = {.msg_iov = data, .msg_iovlen = 1, .msg_control = rights};
  /* The field's type differs between C libraries. */
  message.msg_controllen = (__typeof__(message.msg_controllen))size;
  return message;
}

static void give(const struct listeners *listeners, int relay) {
  char byte = '\0';
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  size_t size = sizeof(int) * (size_t)listeners->count;
  union rights rights = {0};
  struct msghdr message = message_of(&data, &rights, CMSG_SPACE(size));
  struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = (__typeof__(part->cmsg_len))CMSG_LEN(size);
  memcpy(CMSG_DATA(part), listeners->sockets, size);
  if (sendmsg(relay, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) say("can't give the relay its sockets: %s", strerror(errno));
}

void listeners_hand_over(struct listeners *listeners) {
  int relay = accept4(listeners->handoff, NULL, NULL, SOCK_CLOEXEC);
  if (relay < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)) return;
  if (relay >= 0) {
    give(listeners, relay);
    close(relay);
  }
  close_all(listeners);
}

static int receive(int handoff, int *sockets) {
  char byte;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  union rights rights;
  struct msghdr message = message_of(&data, &rights, sizeof rights);
  if (recvmsg(handoff, &message, MSG_CMSG_CLOEXEC) <= 0) return 0;
  const struct cmsghdr *part = CMSG_FIRSTHDR(&message);
  if (part == NULL || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) return 0;
  size_t size = (size_t)part->cmsg_len - CMSG_LEN(0);
  memcpy(sockets, CMSG_DATA(part), size);
  return (int)(size / sizeof(int));
}

/* Records come on the only one that keeps them whole. */
static bool tells(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int listeners_take(int *sockets, int *reports) {
  socklen_t size;
  struct sockaddr_un address = address_of(&size);
  struct timeval timeout = {.tv_sec = 2};
  int handoff = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  *reports = -1;
  if (handoff < 0) return 0;
  setsockopt(handoff, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  int count = connect(handoff, (struct sockaddr *)&address, size) == 0 ? receive(handoff, sockets) : 0;
  close(handoff);
  if (count > 0 && tells(sockets[count - 1])) *reports = sockets[--count];
  return count;
}
