#ifndef MCPCAT_SECRETS_H
#define MCPCAT_SECRETS_H

#include <stddef.h>

/* Records as they came, in memory of their own that can be wiped and given back. */
struct secrets {
  char *records;
  size_t size;
  int count;
};

/* Reads the secrets handoff from stdin and not one byte more, within 10 s. Returns 0, or -1 after having said why. */
int secrets_read(struct secrets *secrets);

/* Overwrites and returns the memory. */
void secrets_wipe(struct secrets *secrets);

/* The environment of the server: ours without MCPCAT_*, with the secrets; NULL without memory. */
char **secrets_environment(const struct secrets *secrets, char **environment);

#endif
