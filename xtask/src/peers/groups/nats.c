/* A publisher and subscriber of one subject: SECONDS RATE RANK MEMBERS SERVER. Each publisher's messages come in their order. */
#include "member.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int descriptor;
static char in[1 << 18], out[1 << 16];
static size_t in_length, out_length, out_sent;

static void flush_out(void) {
    while (out_sent < out_length) {
        ssize_t sent = write(descriptor, out + out_sent, out_length - out_sent);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent < 0) fail("write", sent);
        out_sent += sent;
    }
    out_length = out_sent = 0;
}

static int try_send(const struct message *message) {
    static const char verb[] = "PUB b 64\r\n";
    if (out_length + sizeof verb + BYTES + 2 > sizeof out) {
        flush_out();
        if (out_length > 0) return 0;
    }
    memcpy(out + out_length, verb, sizeof verb - 1);
    memcpy(out + out_length + sizeof verb - 1, message, BYTES);
    memcpy(out + out_length + sizeof verb - 1 + BYTES, "\r\n", 2);
    out_length += sizeof verb - 1 + BYTES + 2;
    return 1;
}

/* Takes one line, with what belongs to it, from the start of what has come; how many bytes that is, 0 when it is not whole. */
static size_t take(const char *at, size_t length) {
    const char *end = memchr(at, '\n', length);
    if (end == NULL) return 0;
    size_t line = end - at + 1;
    if (strncmp(at, "MSG ", 4) == 0) {
        if (length < line + BYTES + 2) return 0;
        delivered(at + line, BYTES);
        return line + BYTES + 2;
    }
    if (strncmp(at, "PING", 4) == 0 && out_length + 6 < sizeof out) {
        memcpy(out + out_length, "PONG\r\n", 6);
        out_length += 6;
    }
    if (strncmp(at, "-ERR", 4) == 0) fail("the server refused", 0);
    return line;
}

static void receive(int64_t patience) {
    flush_out();
    struct pollfd wanted = {descriptor, POLLIN | (out_length > 0 ? POLLOUT : 0), 0};
    struct timespec time = {patience / 1000000000LL, patience % 1000000000LL};
    if (ppoll(&wanted, 1, &time, NULL) <= 0) return;
    flush_out();
    ssize_t came = read(descriptor, in + in_length, sizeof in - in_length);
    if (came == 0 || (came < 0 && errno != EAGAIN)) fail("read", came);
    if (came < 0) return;
    in_length += came;
    size_t taken = 0, more;
    while ((more = take(in + taken, in_length - taken)) > 0) taken += more;
    memmove(in, in + taken, in_length - taken);
    in_length -= taken;
}

static int enter(const char *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(4222)};
    inet_pton(AF_INET, server, &address.sin_addr);
    descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return 1;
    close(descriptor);
    return 0;
}

int main(int argc, char **argv) {
    static const char hello[] = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB b 1\r\n";
    if (argc != 6) return 2;
    own = atoi(argv[3]);
    int64_t give_up = now() + 20000000000LL;
    while (!enter(argv[5])) {
        if (now() > give_up) fail("connect", 0);
        usleep(100000);
    }
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    memcpy(out, hello, sizeof hello - 1);
    out_length = sizeof hello - 1;
    /* Long enough for the subscription to be known. */
    for (int i = 0; i < 5; i++) receive(100000000);
    run(atoi(argv[1]), atof(argv[2]));
    return 0;
}
