#define _GNU_SOURCE
#include "attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "listening.h"
#include "relay-frames.h"

/* How many a single wake-up serves; and milliseconds for which a port that had a listener is taken to have one. */
enum { at_once = 64, believed = 10000 };
enum { ignored_dns = 53, ignored_discard = 9, ignored_last = 65535 };

/* musl comes without the kernel's headers: linux/seccomp.h. */
struct notification {
  uint64_t id;
  uint32_t pid;
  uint32_t flags;
  int32_t number;
  uint32_t architecture;
  uint64_t instruction;
  uint64_t arguments[6];
};
struct response {
  uint64_t id;
  int64_t value;
  int32_t error;
  uint32_t flags;
};
_Static_assert(sizeof(struct notification) == 80 && sizeof(struct response) == 24, "the kernel's sizes");
/* Not by ioctl(): C libraries differ in the type of its second argument. */
#define RECEIVE _IOWR('!', 0, struct notification)
#define RESPOND _IOWR('!', 1, struct response)
enum { go_on = 1 };

void attempts_open(struct attempts *it, int listener) {
  int pair[2] = {-1, -1};
  *it = (struct attempts){.listener = listener, .near = -1, .far = -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return;
  it->near = pair[0];
  it->far = pair[1];
}

static void tell(struct attempts *it, const uint8_t *record, size_t size) {
  static const uint8_t more[3] = {attempt_more};
  if (it->near < 0 || it->told > attempts_told_maximum) return;
  bool last = it->told++ == attempts_told_maximum;
  /* Nobody takes it yet, or any more: it is lost, the server is not to wait. */
  if (send(it->near, last ? more : record, last ? sizeof more : size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return;
}

/* FNV-1a: of some hundred different attempts two that are taken for one do no harm. */
static uint64_t key_of(const uint8_t *record, size_t size) {
  uint64_t key = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) key = (key ^ record[i]) * 0x100000001b3u;
  return key;
}

/* Its slot, a new one if need be; NULL if it has been told, was looked at lately, or there are too many. */
static struct attempt *due(struct attempts *it, uint64_t key, int64_t now) {
  for (int i = 0; i < it->count; i++) {
    if (it->seen[i].key != key) continue;
    return it->seen[i].until < 0 || now < it->seen[i].until ? NULL : &it->seen[i];
  }
  if (it->count == attempts_told_maximum) return NULL;
  it->seen[it->count].key = key;
  return &it->seen[it->count++];
}

static void consider(struct attempts *it, const uint8_t *record, size_t size, bool loopback) {
  int64_t now = clock_milliseconds();
  struct attempt *slot = due(it, key_of(record, size), now);
  if (slot == NULL) {
    if (it->count == attempts_told_maximum && it->told >= attempts_told_maximum) tell(it, record, size);
    return;
  }
  bool heard = loopback && listening_on(get_u16(record + 1));
  slot->until = heard ? now + believed : -1;
  if (!heard) tell(it, record, size);
}

static void consider_ipv4(struct attempts *it, const uint8_t *address, const uint8_t *port) {
  uint8_t record[7] = {attempt_ipv4, port[0], port[1]};
  memcpy(record + 3, address, 4);
  consider(it, record, sizeof record, address[0] == 127 || address[0] == 0);
}

static void consider_ipv6(struct attempts *it, const uint8_t *address, const uint8_t *port) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  static const uint8_t zeros[15];
  uint8_t record[19] = {attempt_ipv6, port[0], port[1]};
  if (memcmp(address, mapped, sizeof mapped) == 0) return consider_ipv4(it, address + 12, port);
  memcpy(record + 3, address, 16);
  consider(it, record, sizeof record, memcmp(address, zeros, sizeof zeros) == 0 && address[15] <= 1);
}

/* Of datagram sockets libraries "connect" to learn which address they would come from, on ports that mean nothing. */
static bool ignored(uint16_t port) {
  return port == 0 || port == ignored_dns || port == ignored_discard || port == ignored_last;
}

static void consider_address(struct attempts *it, const uint8_t *bytes, size_t size) {
  sa_family_t family = 0;
  if (size < sizeof(struct sockaddr_in)) return;
  memcpy(&family, bytes, sizeof family);
  const uint8_t *port = bytes + offsetof(struct sockaddr_in, sin_port);
  if ((family != AF_INET && family != AF_INET6) || ignored(get_u16(port))) return;
  if (family == AF_INET) {
    consider_ipv4(it, bytes + offsetof(struct sockaddr_in, sin_addr), port);
  } else if (size >= offsetof(struct sockaddr_in6, sin6_addr) + 16) {
    consider_ipv6(it, bytes + offsetof(struct sockaddr_in6, sin6_addr), port);
  }
}

/* The address that a stopped connect() names, from its process's memory; 0 bytes if that can't be read. */
static size_t read_address(const struct notification *call, uint8_t *into, size_t room) {
  char path[32];
  size_t wanted = call->arguments[2] < room ? (size_t)call->arguments[2] : room;
  snprintf(path, sizeof path, "/proc/%u/mem", call->pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  if (memory < 0) return 0;
  ssize_t got = pread(memory, into, wanted, (off_t)call->arguments[1]);
  close(memory);
  return got < 0 ? 0 : (size_t)got;
}

static bool serve_one(struct attempts *it) {
  struct notification call = {0};
  uint8_t address[sizeof(struct sockaddr_in6)];
  if (syscall(SYS_ioctl, it->listener, RECEIVE, &call) != 0) return false;
  size_t size = it->told > attempts_told_maximum ? 0 : read_address(&call, address, sizeof address);
  struct response response = {.id = call.id, .flags = go_on};
  /* Before anything else is done: the process waits. It fails where the process has ended meanwhile. */
  syscall(SYS_ioctl, it->listener, RESPOND, &response);
  if (size > 0) consider_address(it, address, size);
  return true;
}

void attempts_serve(struct attempts *it) {
  struct pollfd more = {.fd = it->listener, .events = POLLIN};
  for (int i = 0; i < at_once; i++) {
    if (!serve_one(it) && errno != ENOENT && errno != EINTR) return;
    if (poll(&more, 1, 0) <= 0 || (more.revents & POLLIN) == 0) return;
  }
}

void attempts_name(struct attempts *it, const struct dns_query *query) {
  uint8_t record[attempt_maximum] = {attempt_name};
  /* Whoever looks for a host asks for both kinds of address. */
  put_u16(record + 1, query->type == dns_type_aaaa ? dns_type_a : query->type);
  memcpy(record + 3, query->name, query->name_size);
  consider(it, record, 3 + query->name_size, false);
}
