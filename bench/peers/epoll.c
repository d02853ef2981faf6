/*
 * The least an echo can cost: one recv and one send for each message, on level-triggered epoll, and correct.
 *
 * epoll PORT THREADS
 *
 * The first thread accepts, and gives each connection to the next thread's epoll, in turn. A connection has a buffer
 * only while its client does not take its echo, and is not read meanwhile.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, READ_SIZE = 65536 };

struct connection {
    int fd;
    size_t sent, held;
    char *unsent; /* what the kernel did not take: from `sent` to `held` */
};

static int *loops; /* the threads' epoll descriptors */
static int threads, next_thread, listener;

static _Noreturn void die(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int loop, int operation, int fd, unsigned events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(loop, operation, fd, &event) != 0) die("epoll_ctl");
}

static void accept_one(void) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EAGAIN || errno == ECONNABORTED) return;
        die("accept4");
    }
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) die("calloc");
    connection->fd = fd;
    watch(loops[next_thread], EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    next_thread = (next_thread + 1) % threads;
}

static void end(struct connection *connection) {
    close(connection->fd);
    free(connection->unsent);
    free(connection);
}

/* How many bytes the kernel took, 0 if it can take none now, -1 if the connection is broken. */
static ssize_t send_some(int fd, const char *bytes, size_t length) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

static void readable(int loop, struct connection *connection, char *buffer) {
    ssize_t received = recv(connection->fd, buffer, READ_SIZE, 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (received <= 0) { /* the client's end: nothing is unsent, or reading would be off */
        end(connection);
        return;
    }
    ssize_t sent = send_some(connection->fd, buffer, received);
    if (sent < 0) {
        end(connection);
    } else if (sent < received) {
        connection->sent = 0;
        connection->held = received - sent;
        connection->unsent = malloc(connection->held);
        if (!connection->unsent) die("malloc");
        memcpy(connection->unsent, buffer + sent, connection->held);
        watch(loop, EPOLL_CTL_MOD, connection->fd, EPOLLOUT, connection);
    }
}

static void writable(int loop, struct connection *connection) {
    ssize_t sent =
        send_some(connection->fd, connection->unsent + connection->sent, connection->held - connection->sent);
    if (sent < 0) {
        end(connection);
        return;
    }
    connection->sent += sent;
    if (connection->sent == connection->held) {
        free(connection->unsent);
        connection->unsent = NULL;
        watch(loop, EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
    }
}

static void *run(void *argument) {
    int loop = *(int *)argument;
    char *buffer = malloc(READ_SIZE);
    if (!buffer) die("malloc");
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(loop, events, EVENTS, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!connection) {
                accept_one();
            } else if (connection->unsent) {
                writable(loop, connection);
            } else {
                readable(loop, connection, buffer);
            }
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 3 || (threads = atoi(argv[2])) < 1) {
        fprintf(stderr, "usage: epoll PORT THREADS\n");
        return 64;
    }
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    socklen_t length = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0) die("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* Linux: accepted sockets inherit it */
    if (bind(listener, (struct sockaddr *)&address, length) != 0) die("bind");
    if (listen(listener, 4096) != 0) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);

    loops = calloc(threads, sizeof *loops);
    if (!loops) die("calloc");
    for (int i = 0; i < threads; i++) {
        if ((loops[i] = epoll_create1(0)) < 0) die("epoll_create1");
    }
    watch(loops[0], EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    for (int i = 1; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, &loops[i]) != 0) die("pthread_create");
    }
    printf("listening on port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    run(&loops[0]);
}
