#define _GNU_SOURCE
#include "confine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* musl comes without the kernel's headers; these are its stable interface (seccomp(2), linux/bpf_common.h). */
struct instruction {
  uint16_t code;
  uint8_t yes;
  uint8_t no;
  uint32_t operand;
};
struct program {
  uint16_t length;
  const struct instruction *instructions;
};
enum { filter_mode = 2, load = 0x20, equal = 0x15, at_least = 0x35, answer = 0x06 };
/* Offsets in struct seccomp_data; arguments are little-endian 64 bits, a domain is their lower half. */
enum { number = 0, architecture = 4, first_argument = 16 };
#define ALLOW 0x7fff0000u
#define NOTIFY 0x7fc00000u
#define REFUSE(problem) (0x00050000u | (problem))
enum { no_such_call = 38, no_such_family = 97 };

#if defined(__x86_64__)
#define NATIVE 0xC000003Eu
#define COMPATIBLE 0x40000003u
#elif defined(__aarch64__)
#define NATIVE 0xC00000B7u
#define COMPATIBLE 0x40000028u
#else
#error "no filter for this processor yet"
#endif

/*
 * Of sockets only the four families that programs use (netlink: the list of interfaces). AF_VSOCK reaches the
 * hypervisor's host, and no network namespace holds it back; AF_ALG and io_uring are where the kernel was broken most
 * often, and any other family may load a module that nobody has looked at for years. Docker 20.10 allows them all.
 * The 32-bit calls would be a way around (socketcall's arguments can't be seen here), and no program of ours is 32-bit.
 * Other architectures are an emulator's.
 *
 * connect() can be watched (attempts.h): the last instruction says whether.
 */
static struct instruction filter[] = {
    {load, 0, 0, architecture},
    {equal, 2, 0, NATIVE},
    {equal, 12, 0, COMPATIBLE},
    {answer, 0, 0, ALLOW},
    {load, 0, 0, number},
    {at_least, 9, 0, 0x40000000}, /* x32 */
    {equal, 8, 0, SYS_io_uring_setup},
    {equal, 9, 0, SYS_connect},
    {equal, 0, 5, SYS_socket},
    {load, 0, 0, first_argument},
    {equal, 3, 0, AF_UNIX},
    {equal, 2, 0, AF_INET},
    {equal, 1, 0, AF_INET6},
    {equal, 0, 2, AF_NETLINK},
    {answer, 0, 0, ALLOW},
    {answer, 0, 0, REFUSE(no_such_call)},
    {answer, 0, 0, REFUSE(no_such_family)},
    {answer, 0, 0, ALLOW},
};
enum { filter_size = sizeof filter / sizeof *filter };
static const struct program program = {filter_size, filter};

void confine_self(void) {
#ifndef __SANITIZE_ADDRESS__ /* its leak check stops the program's own threads as a debugger would */
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/* A watched call that is let go on: Linux 5.5. Before, those who watch would have to make the connection themselves. */
static bool can_go_on(void) {
  struct utsname kernel;
  char *minor;
  if (uname(&kernel) != 0) return false;
  long major = strtol(kernel.release, &minor, 10);
  return major > 5 || (major == 5 && *minor == '.' && strtol(minor + 1, NULL, 10) >= 5);
}

static int install_watched(void) {
  enum { set_filter = 1, new_listener = 1 << 3, wait_killable = 1 << 5 };
  if (!can_go_on()) return -1;
  filter[filter_size - 1].operand = NOTIFY;
  /* From 5.19 on no signal makes the call start anew. */
  long listener = syscall(SYS_seccomp, set_filter, new_listener | wait_killable, &program);
  if (listener < 0) listener = syscall(SYS_seccomp, set_filter, new_listener, &program);
  filter[filter_size - 1].operand = ALLOW;
  return (int)listener;
}

int confine_descendants(int *listener) {
  /* Without privileges a filter needs the promise that there will never be any (set in the sandbox anyway). */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  if (listener != NULL) *listener = install_watched();
  if (listener != NULL && *listener >= 0) return 0;
  return prctl(PR_SET_SECCOMP, filter_mode, &program, 0, 0);
}
