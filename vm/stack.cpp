#include "stack.h"

#include <sys/mman.h>

#include <string>

#include <hogvm/error.h>

namespace hogvm {
namespace {

constexpr std::size_t kPage = 4096;

std::size_t bytes_for(std::size_t slots, std::size_t each) { return (slots * each + kPage - 1) / kPage * kPage; }

void* map(std::size_t bytes) {
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        fail(ErrorKind::Memory, "Out of memory: no " + std::to_string(bytes) + " bytes for the stack");
    return at;
}

}  // namespace

Stack::~Stack() { release(); }

void Stack::release() {
    if (values_ != nullptr) munmap(values_, bytes_for(slots_, sizeof(Value)));
    if (charges_ != nullptr) munmap(charges_, bytes_for(slots_, sizeof(std::int64_t)));
    values_ = nullptr;
    charges_ = nullptr;
}

void Stack::reserve(std::size_t slots) {
    if (slots <= slots_ && values_ != nullptr) return;
    release();
    slots_ = slots;
    values_ = static_cast<Value*>(map(bytes_for(slots, sizeof(Value))));
    charges_ = static_cast<std::int64_t*>(map(bytes_for(slots, sizeof(std::int64_t))));
}

void Stack::trim(std::size_t slots) {
    const auto give_back = [&](void* memory, std::size_t each) {
        const std::size_t kept = bytes_for(slots, each);
        const std::size_t all = bytes_for(slots_, each);
        if (kept < all) madvise(static_cast<char*>(memory) + kept, all - kept, MADV_DONTNEED);
    };
    give_back(values_, sizeof(Value));
    give_back(charges_, sizeof(std::int64_t));
}

}  // namespace hogvm
