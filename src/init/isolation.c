#define _GNU_SOURCE
#include "isolation.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

/* Kernels with tunnel modules put tunl0, sit0 and the like into every new namespace; they are down and lead nowhere. */
static bool is_up(int any_socket, const char *name) {
  struct ifreq request = {0};
  size_t size = strlen(name);
  if (size >= sizeof request.ifr_name) return true;
  memcpy(request.ifr_name, name, size);
  return ioctl(any_socket, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) != 0;
}

bool isolation_holds(void) {
  FILE *table = fopen("/proc/net/dev", "re");
  int any_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool holds = table != NULL && any_socket >= 0;
  if (!holds) say("can't tell which network interfaces there are: %s", strerror(errno));
  char line[512];
  while (holds && fgets(line, sizeof line, table) != NULL) {
    char *end = strchr(line, ':');
    if (end == NULL) continue; /* the two lines of its head */
    *end = '\0';
    const char *name = line + strspn(line, " ");
    if (strcmp(name, "lo") == 0 || !is_up(any_socket, name)) continue;
    say("the container has the network interface %s: expected none but lo", name);
    holds = false;
  }
  if (table != NULL) fclose(table);
  if (any_socket >= 0) close(any_socket);
  return holds;
}
