#pragma once
/* Calls of the C library that the Glibc module does not offer to Swift. */
#include <spawn.h>
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

/* sync_file_range(2): has the kernel begin to write this part of a file to the disk, and does not wait for it. */
int remora_start_writing(int descriptor, int64_t offset, int64_t count);

/* prctl(2), PR_SET_DUMPABLE: 0 leaves no core file, and lets nobody but root attach to this process. */
int remora_set_dumpable(int flag);

/* prctl(2), PR_GET_DUMPABLE. */
int remora_is_dumpable(void);

/* statx(2), STATX_BTIME: when the open file was made, in nanoseconds since 1970; -1 where that is not known. */
int64_t remora_birth_time(int descriptor);

/* openat(2) with O_PATH: a descriptor that only names the file, links followed. */
int remora_open_path(int directory, const char *name);

/* Has a spawned program start without the descriptors from `first` on (posix_spawn_file_actions_addclosefrom_np(3)). */
int remora_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/* pidfd_open(2): a descriptor that polls readable when the process ends. */
int remora_pidfd_open(pid_t pid);

/* prctl(2), PR_SET_CHILD_SUBREAPER: orphaned descendants become children of this process. */
int remora_become_subreaper(void);

/* fcntl(2), F_OFD_SETLK on the whole file: the lock belongs to the open file, not to the process. F_WRLCK or F_UNLCK. */
int remora_ofd_lock(int descriptor, short type);

/* fcntl(2), F_OFD_GETLK: 1 where a write lock on the whole file would be refused, 0 where not; takes none. */
int remora_ofd_is_locked(int descriptor);

/* An epoll(7) instance for `remora_wait`: of several that watch `shared`, an event wakes one (EPOLLEXCLUSIVE), but one
   of `end` wakes all. -1 with errno when there is none. */
int remora_watch(int shared, int end);

/* Lets such an instance watch `shared`, or no more; also while somebody waits. -1 with errno, as when it does already. */
int remora_set_watching(int watch, int shared, int is_watching);

/* Waits: 0 when `shared` is ready, 1 when `end` is, -1 with errno. */
int remora_wait(int watch);

/* mallopt(3), M_ARENA_MAX: so many heaps for all threads of the process. */
void remora_limit_heaps(int most);

/* mallopt(3), M_TRIM_THRESHOLD and M_MMAP_THRESHOLD: free memory goes back to the kernel only beyond `bytes`, and only what
   is larger than `largest` bytes is mapped for itself. */
void remora_keep_heap(size_t bytes, size_t largest);
