#pragma once
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

// What libmicrohttpd declares as variadic, as functions of values.

struct docket_http_options {
    const char *host;
    uint16_t port;
    unsigned connections;
    unsigned timeout_seconds;
    // For the request line and the headers of one connection.
    size_t memory;
};

// Starts a daemon with a thread of its own; NULL with `*error` an errno, or 0 for an unknown host.
static inline struct MHD_Daemon *docket_http_start(
    struct docket_http_options options, MHD_AccessHandlerCallback answer,
    MHD_NotifyConnectionCallback notify, void *context, int *error) {
    char port[8];
    snprintf(port, sizeof port, "%u", options.port);
    struct addrinfo hints = {
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    *error = 0;
    if (getaddrinfo(options.host, port, &hints, &found) != 0 || found == NULL) return NULL;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL;
    if (found->ai_family == AF_INET6) flags |= MHD_USE_IPv6;
    errno = 0;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, options.port, NULL, NULL, answer, context, MHD_OPTION_SOCK_ADDR, found->ai_addr,
        MHD_OPTION_CONNECTION_LIMIT, options.connections,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context,
        MHD_OPTION_CONNECTION_TIMEOUT, options.timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options.memory, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    *error = daemon != NULL ? 0 : errno != 0 ? errno : EIO;
    freeaddrinfo(found);
    return daemon;
}

// The port that the daemon listens on; 0 when it does not say.
static inline uint16_t docket_http_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}

// The socket of a connection; -1 when it does not say.
static inline int docket_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? (int)info->connect_fd : -1;
}
