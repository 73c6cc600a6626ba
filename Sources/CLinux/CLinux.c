#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <wchar.h>

int remora_wcwidth(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

int remora_renameat2(int old_dir, const char *old_path, int new_dir, const char *new_path, unsigned int flags) {
    return renameat2(old_dir, old_path, new_dir, new_path, flags);
}

int remora_set_close_on_exec(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

int remora_pipe_close_on_exec(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int remora_syncfs(int descriptor) { return syncfs(descriptor); }

int remora_start_writing(int descriptor, int64_t offset, int64_t count) {
    return sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

int64_t remora_birth_time(int descriptor) {
    struct statx status;
    if (statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME, &status) != 0 || !(status.stx_mask & STATX_BTIME)) return -1;
    return status.stx_btime.tv_sec * 1000000000LL + status.stx_btime.tv_nsec;
}

int remora_open_path(int directory, const char *name) { return openat(directory, name, O_PATH | O_CLOEXEC); }

int remora_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int remora_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int remora_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int remora_set_dumpable(int flag) { return prctl(PR_SET_DUMPABLE, flag, 0, 0, 0); }

int remora_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }

int remora_ofd_lock(int descriptor, short type) {
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int remora_ofd_is_locked(int descriptor) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int remora_set_watching(int watch, int shared, int is_watching) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.u32 = 0};
    return epoll_ctl(watch, is_watching ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, shared, &event);
}

int remora_watch(int shared, int end) {
    int watch = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event last = {.events = EPOLLIN, .data.u32 = 1};
    if (watch < 0) return -1;
    if (remora_set_watching(watch, shared, 1) == 0 && epoll_ctl(watch, EPOLL_CTL_ADD, end, &last) == 0) return watch;
    close(watch);
    return -1;
}

int remora_wait(int watch) {
    struct epoll_event events[2];
    int count;
    do count = epoll_wait(watch, events, 2, -1);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -1;
    return events[0].data.u32 || (count == 2 && events[1].data.u32);
}

void remora_limit_heaps(int most) { mallopt(M_ARENA_MAX, most); }

void remora_keep_heap(size_t bytes, size_t largest) {
    mallopt(M_TRIM_THRESHOLD, (int)bytes);
    mallopt(M_MMAP_THRESHOLD, (int)largest);
}
