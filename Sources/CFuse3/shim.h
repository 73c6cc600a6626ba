#pragma once
/* The low-level API of libfuse 3 (fuse_lowlevel.h). */
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
