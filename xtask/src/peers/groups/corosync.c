/* A member of a corosync group: SECONDS RATE RANK MEMBERS. Total order (agreed). */
#include "member.h"

#include <corosync/cpg.h>

static cpg_handle_t handle;
static int descriptor, members_wanted, is_complete;

static void on_message(cpg_handle_t of, const struct cpg_name *group, uint32_t node, uint32_t pid,
                       void *bytes, size_t length) {
    (void)of, (void)group, (void)node, (void)pid;
    delivered(bytes, length);
}

static void on_change(cpg_handle_t of, const struct cpg_name *group, const struct cpg_address *members,
                      size_t member_count, const struct cpg_address *left, size_t left_count,
                      const struct cpg_address *joined, size_t joined_count) {
    (void)of, (void)group, (void)members, (void)left, (void)left_count, (void)joined, (void)joined_count;
    is_complete = member_count == (size_t)members_wanted;
}

static int try_send(const struct message *message) {
    struct iovec part = {(void *)message, BYTES};
    cs_error_t error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1);
    if (error != CS_OK && error != CS_ERR_TRY_AGAIN) fail("cpg_mcast_joined", error);
    return error == CS_OK;
}

static void receive(int64_t patience) {
    struct pollfd wanted = {descriptor, POLLIN, 0};
    struct timespec time = {patience / 1000000000LL, patience % 1000000000LL};
    if (ppoll(&wanted, 1, &time, NULL) > 0) {
        cs_error_t error = cpg_dispatch(handle, CS_DISPATCH_ALL);
        if (error != CS_OK && error != CS_ERR_TRY_AGAIN) fail("cpg_dispatch", error);
    }
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    own = atoi(argv[3]);
    members_wanted = atoi(argv[4]);
    cpg_callbacks_t callbacks = {on_message, on_change};
    cs_error_t error;
    int64_t give_up = now() + 20000000000LL;
    while ((error = cpg_initialize(&handle, &callbacks)) != CS_OK) {
        if (now() > give_up) fail("cpg_initialize", error);
        usleep(100000);
    }
    struct cpg_name group = {.length = 5, .value = "bench"};
    while ((error = cpg_join(handle, &group)) != CS_OK) {
        if (now() > give_up) fail("cpg_join", error);
        usleep(100000);
    }
    if ((error = cpg_fd_get(handle, &descriptor)) != CS_OK) fail("cpg_fd_get", error);
    while (!is_complete) {
        receive(100000000);
        if (now() > give_up) fail("not all members came", 0);
    }
    run(atoi(argv[1]), atof(argv[2]));
    return 0;
}
