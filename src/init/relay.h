#ifndef MCPCAT_RELAY_H
#define MCPCAT_RELAY_H

/*
 * `mcpcat-init relay [--heartbeat MS]`: the only tunnel out of a container without network. stdin and stdout carry frames
 * to and from the launcher, who alone decides; stdin is a lease as well. Exit code.
 */
int relay(char **arguments);

#endif
