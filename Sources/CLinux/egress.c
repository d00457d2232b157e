// What an egress needs of Linux: an interface's address and routes in another network namespace, by ioctl, without iproute2.
#define _GNU_SOURCE 1
#include "clinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/route.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define RESULT(call) ({ __auto_type result_ = (call); result_ < 0 ? -errno : result_; })

static void set_address(struct sockaddr *address, uint32_t number) {
    struct sockaddr_in internet = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(number)};
    memcpy(address, &internet, sizeof internet);
}
static uint32_t mask_of(int prefix) { return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix); }

int clinux_join_network(int handle) { return RESULT(setns(handle, CLONE_NEWNET)); }

int clinux_interface_up(const char *name, uint32_t address, int prefix) {
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -errno;
    struct ifreq request = {.ifr_flags = 0};
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    int error = 0;
    set_address(&request.ifr_addr, address);
    if (ioctl(control, SIOCSIFADDR, &request) < 0) error = -errno;
    set_address(&request.ifr_netmask, mask_of(prefix));
    if (!error && ioctl(control, SIOCSIFNETMASK, &request) < 0) error = -errno;
    if (!error && ioctl(control, SIOCGIFFLAGS, &request) < 0) error = -errno;
    request.ifr_flags |= IFF_UP;
    if (!error && ioctl(control, SIOCSIFFLAGS, &request) < 0) error = -errno;
    close(control);
    return error;
}

int clinux_route(uint32_t address, int prefix, uint32_t gateway) {
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0) return -errno;
    struct rtentry route = {.rt_flags = RTF_UP | (gateway ? RTF_GATEWAY : RTF_REJECT) | (prefix == 32 ? RTF_HOST : 0)};
    set_address(&route.rt_dst, address);
    set_address(&route.rt_genmask, mask_of(prefix));
    set_address(&route.rt_gateway, gateway);
    int error = ioctl(control, SIOCADDRT, &route) < 0 ? -errno : 0;
    close(control);
    return error == -EEXIST ? 0 : error;
}

int clinux_own_addresses(uint32_t *addresses, int most) {
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0) return -errno;
    int count = 0;
    for (struct ifaddrs *each = list; each && count < most; each = each->ifa_next)
        if (each->ifa_addr && each->ifa_addr->sa_family == AF_INET) {
            struct sockaddr_in internet;
            memcpy(&internet, each->ifa_addr, sizeof internet);
            addresses[count++] = ntohl(internet.sin_addr.s_addr);
        }
    freeifaddrs(list);
    return count;
}

int clinux_look_up(const char *name, uint32_t *addresses, int most) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int error = getaddrinfo(name, NULL, &hints, &list);
    if (error) return error == EAI_SYSTEM ? -errno : -ENOENT;
    int count = 0;
    for (struct addrinfo *each = list; each && count < most; each = each->ai_next) {
        struct sockaddr_in internet;
        memcpy(&internet, each->ai_addr, sizeof internet);
        addresses[count++] = ntohl(internet.sin_addr.s_addr);
    }
    freeaddrinfo(list);
    return count;
}
