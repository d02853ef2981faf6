// Keeps a number of datagrams under way on each of some sockets: load PORT BYTES UNDER_WAY SECONDS SOCKETS
// Prints how many were sent, came back, and did not come back within 200 ms.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, MOST_SOCKETS = 64, MOST_BYTES = 65536 };

static char datagrams[BATCH][MOST_BYTES];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 6) return 64;
    int bytes = atoi(arguments[2]), window = atoi(arguments[3]), sockets = atoi(arguments[5]);
    if (bytes > MOST_BYTES || sockets > MOST_SOCKETS) return 64;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct pollfd polled[MOST_SOCKETS];
    int under_way[MOST_SOCKETS] = {0};
    double last[MOST_SOCKETS];
    for (int i = 0; i < sockets; i++) {
        polled[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        polled[i].events = POLLIN;
        last[i] = now();
        if (connect(polled[i].fd, (struct sockaddr *)&address, sizeof address) != 0) return 1;
    }
    struct mmsghdr out[BATCH] = {0}, in[BATCH] = {0};
    struct iovec out_bytes[BATCH], in_bytes[BATCH];
    for (int i = 0; i < BATCH; i++) {
        out_bytes[i] = (struct iovec){datagrams[0], bytes};
        in_bytes[i] = (struct iovec){datagrams[i], MOST_BYTES};
        out[i].msg_hdr.msg_iov = &out_bytes[i];
        in[i].msg_hdr.msg_iov = &in_bytes[i];
        out[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
    }
    long sent = 0, received = 0, lost = 0;
    double end = now() + atof(arguments[4]);
    while (now() < end) {
        int idle = 1;
        for (int i = 0; i < sockets; i++) {
            int free = window - under_way[i];
            if (free > 0 && free >= window / 2) {
                int more = sendmmsg(polled[i].fd, out, free < BATCH ? free : BATCH, 0);
                if (more > 0) {
                    sent += more;
                    under_way[i] += more;
                    idle = 0;
                }
            }
            int back = recvmmsg(polled[i].fd, in, BATCH, 0, NULL);
            if (back > 0) {
                received += back;
                under_way[i] -= back;
                last[i] = now();
                idle = 0;
            } else if (now() - last[i] > 0.2) {
                lost += under_way[i];
                under_way[i] = 0;
                last[i] = now();
            }
        }
        if (idle) poll(polled, sockets, 20);
    }
    printf("%ld %ld %ld\n", sent, received, lost);
}
