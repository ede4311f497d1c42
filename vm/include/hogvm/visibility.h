// What a shared library of hogvm shows: what is declared between these two lines, in the public headers and where its
// libraries need one another. Everything else is hidden. A static library shows nothing of itself to the users of what
// it is linked into.
#pragma once

#ifdef HOGVM_SHARED  // defined by the CMake targets and pkg-config of a shared build
#define HOGVM_PUBLIC_BEGIN _Pragma("GCC visibility push(default)")
#define HOGVM_PUBLIC_END _Pragma("GCC visibility pop")
#else
#define HOGVM_PUBLIC_BEGIN
#define HOGVM_PUBLIC_END
#endif
