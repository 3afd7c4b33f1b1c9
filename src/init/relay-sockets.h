#ifndef MCPCAT_RELAY_SOCKETS_H
#define MCPCAT_RELAY_SOCKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* Non-blocking IPv4 sockets that no child inherits; -1 with errno set where one can't be made. */

/* UDP on 127.0.0.1:53. */
int socket_dns(void);

/* TCP on every address of this machine: the one that was meant is read from the connection. */
int socket_listener(uint16_t port);

/* The port that a socket is bound to, 0 if none. */
uint16_t socket_port(int fd);

/* The next connection, and where it was meant to go. */
int socket_accept(int listener, struct sockaddr_in *meant);

/* To 127.0.0.1; *pending is set while it isn't clear yet whether it succeeds. */
int socket_connect(uint16_t port, bool *pending);

/* Whether a pending connection has come about. */
bool socket_connected(int fd);

/* Closes so that the application sees a reset and no orderly end. */
void socket_abort(int fd);

#endif
