#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <stdio.h>
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

int remora_open_path(int directory, const char *name) { return openat(directory, name, O_PATH | O_CLOEXEC); }
