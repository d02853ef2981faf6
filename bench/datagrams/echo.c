// The least that an echo of datagrams can be: one socket, recvfrom and sendto. echo PORT
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int count, char **arguments) {
    static char datagram[65536];
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (count != 2) return 64;
    address.sin_port = htons(atoi(arguments[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int echo = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(echo, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("bind");
        return 1;
    }
    for (;;) {
        struct sockaddr_in sender;
        socklen_t length = sizeof sender;
        ssize_t bytes = recvfrom(echo, datagram, sizeof datagram, 0, (struct sockaddr *)&sender, &length);
        if (bytes >= 0) sendto(echo, datagram, bytes, 0, (struct sockaddr *)&sender, length);
    }
}
