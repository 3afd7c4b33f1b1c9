#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

/* A line with its detail in hex is shorter than PIPE_BUF, so that those of different processes never mix. */
enum { detail_maximum = 1900, items_maximum = 2000, depth_maximum = 16, seconds_each = 8 };

static int current;

static void tell(const char *verdict, const void *detail, size_t size) {
  char line[2 * detail_maximum + 64];
  const unsigned char *bytes = detail;
  int used = snprintf(line, sizeof line, "%d %s ", current, verdict);
  if (size > detail_maximum) size = detail_maximum;
  for (size_t i = 0; i < size; i++) used += sprintf(line + used, "%02x", bytes[i]);
  line[used++] = '\n';
  if (write(STDOUT_FILENO, line, (size_t)used) < 0) _exit(1);
}

static void tell_text(const char *verdict, const char *text) { tell(verdict, text, strlen(text)); }
static void tell_problem(void) { tell_text("no", strerror(errno)); }

static void try_name(const char *host) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int problem = getaddrinfo(host, NULL, &hints, &found);
  if (problem != 0) return tell_text("no", gai_strerror(problem));
  char text[detail_maximum] = "";
  for (struct addrinfo *it = found; it != NULL; it = it->ai_next) {
    char address[64] = "";
    if (it->ai_family == AF_INET6)
      inet_ntop(AF_INET6, &((struct sockaddr_in6 *)it->ai_addr)->sin6_addr, address, sizeof address);
    else
      inet_ntop(AF_INET, &((struct sockaddr_in *)it->ai_addr)->sin_addr, address, sizeof address);
    if (strlen(text) + strlen(address) + 2 > sizeof text) break;
    if (*text != '\0') strcat(text, " ");
    strcat(text, address);
  }
  tell_text("ok", text);
}

/* Connecting a datagram socket looks the route up and sends nothing (ip(7)). */
static void try_route(const char *address) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(53)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
  bool is_v6 = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
  if (!is_v6 && inet_pton(AF_INET, address, &v4.sin_addr) != 1) return tell_text("no", "not an address");
  int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const struct sockaddr *there = is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
  if (fd < 0 || connect(fd, there, is_v6 ? sizeof v6 : sizeof v4) != 0) return tell_problem();
  tell_text("ok", "there is a route");
}

static void try_talk(char *target) {
  char *port = strchr(target, ' ');
  if (port == NULL) return tell_text("no", "no port");
  *port++ = '\0';
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int problem = getaddrinfo(target, port, &hints, &found);
  if (problem != 0) return tell_text("no", gai_strerror(problem));
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0) return tell_problem();
  char bytes[512];
  ssize_t got = read(fd, bytes, sizeof bytes);
  if (got < 0) return tell_problem();
  if (got == 0) return tell_text("no", "closed without a word");
  tell("ok", bytes, (size_t)got);
}

static void try_write(const char *folder) {
  char path[1024];
  snprintf(path, sizeof path, "%s/.mcpcat-probe-%d", folder, (int)getpid());
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return tell_problem();
  bool written = write(fd, "probe", 5) == 5;
  int problem = errno;
  unlink(path);
  errno = problem;
  if (!written) return tell_problem();
  tell_text("ok", "");
}

static void try_read(const char *path) {
  char bytes[detail_maximum];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
  if (got < 0) return tell_problem();
  tell("ok", bytes, (size_t)got);
}

static int items;

/* False if the folder itself can't be read. */
static bool list_below(const char *folder, int depth) {
  DIR *entries = opendir(folder);
  if (entries == NULL) return false;
  for (struct dirent *it = readdir(entries); it != NULL && items < items_maximum; it = readdir(entries)) {
    char path[detail_maximum];
    struct stat facts;
    if (strcmp(it->d_name, ".") == 0 || strcmp(it->d_name, "..") == 0) continue;
    if (snprintf(path, sizeof path, "%s/%s", folder, it->d_name) >= (int)sizeof path) continue;
    items++;
    if (lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode) && depth < depth_maximum) {
      list_below(path, depth + 1);
    } else {
      tell_text("item", path);
    }
  }
  closedir(entries);
  return true;
}

static void try_list(const char *folder) {
  if (!list_below(folder, 0)) return tell_problem();
  tell_text("ok", "");
}

static void attempt(char *argument) {
  char *target = strchr(argument, ':');
  if (target == NULL) return tell_text("no", "unknown");
  *target++ = '\0';
  if (strcmp(argument, "name") == 0) return try_name(target);
  if (strcmp(argument, "route") == 0) return try_route(target);
  if (strcmp(argument, "talk") == 0) return try_talk(target);
  if (strcmp(argument, "write") == 0) return try_write(target);
  if (strcmp(argument, "read") == 0) return try_read(target);
  if (strcmp(argument, "list") == 0) return try_list(target);
  tell_text("no", "unknown");
}

int probe(char **arguments) {
  for (; arguments[current] != NULL; current++) {
    pid_t child = fork();
    /* The sandbox limits processes: then one attempt has to end before the next begins. */
    while (child < 0 && wait(NULL) > 0) child = fork();
    if (child < 0) {
      say("can't fork: %s", strerror(errno));
      return 1;
    }
    if (child > 0) continue;
    alarm(seconds_each);
    attempt(arguments[current]);
    _exit(0);
  }
  while (wait(NULL) > 0) continue;
  return 0;
}
