#pragma once
/* Calls of the C library that the Glibc module does not offer to Swift. */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* Columns a character takes on a terminal (wcwidth(3)); -1 when it is not printable. */
int remora_wcwidth(uint32_t scalar);

/* renameat2(2): 1 = RENAME_NOREPLACE, 2 = RENAME_EXCHANGE. */
int remora_renameat2(int old_dir, const char *old_path, int new_dir, const char *new_path, unsigned int flags);

/* close(2)s an inherited descriptor when the process executes another program (FD_CLOEXEC). */
int remora_set_close_on_exec(int descriptor);

/* pipe2(2) with O_CLOEXEC, so that no program started meanwhile inherits an end. */
int remora_pipe_close_on_exec(int ends[2]);

/* syncfs(2): writes everything of the file system that holds the descriptor to the disk. */
int remora_syncfs(int descriptor);

/* openat(2) with O_PATH: a descriptor that only names the file, links followed. */
int remora_open_path(int directory, const char *name);
