// A heap's memory as AddressSanitizer should see it: what is not allocated, or not any more, may not be touched. Builds
// with that sanitizer define HOGVM_POISON; in others this does nothing.
#pragma once

#include <cstddef>

#ifdef HOGVM_POISON
#include <sanitizer/asan_interface.h>
#endif

namespace hogvm::poison {

#ifdef HOGVM_POISON
inline constexpr std::size_t kGap = 8;  ///< bytes that are never allocated, behind each allocation
inline void hide(const void* at, std::size_t bytes) { __asan_poison_memory_region(at, bytes); }
inline void show(const void* at, std::size_t bytes) { __asan_unpoison_memory_region(at, bytes); }
#else
inline constexpr std::size_t kGap = 0;
inline void hide(const void*, std::size_t) {}
inline void show(const void*, std::size_t) {}
#endif

}  // namespace hogvm::poison
