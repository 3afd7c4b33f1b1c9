#ifndef MCPCAT_PROBE_H
#define MCPCAT_PROBE_H

/*
 * `mcpcat-init probe WHAT:TARGET…`: measures the sandbox from inside, in images without shell. All attempts at once,
 * one line each on stdout, in any order: INDEX ok|no DETAIL, DETAIL in hex; `list` has a line INDEX item PATH per file
 * before. An attempt without a line did not end within its time. Nothing is sent to any address but through `talk`.
 *
 *   name:HOST         ok with the addresses a server would get
 *   route:ADDRESS     ok if packets to this IP address would leave; none is sent
 *   talk:HOST PORT    ok with the first bytes that come after a connection
 *   write:FOLDER      ok if a file can be made in it
 *   read:FILE         ok with its first bytes
 *   list:FOLDER       ok; an item for each file below it
 */
int probe(char **arguments);

#endif
