#ifndef MCPCAT_MOUNTS_H
#define MCPCAT_MOUNTS_H

#include <stdbool.h>

/*
 * Whether every folder in the list is mounted where it should be, known by its device and inode and not by its name:
 * the launcher judged a folder, and the engine resolved its path anew. Lines of `DEV INO`'s form, see
 * docs/decisions/0021: "DEV:INO TARGET\n". NULL: nothing to compare. Says what is wrong.
 */
bool mounts_hold(const char *list);

#endif
