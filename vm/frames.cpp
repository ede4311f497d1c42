#include "frames.h"

#include <algorithm>

namespace hogvm {

void Frames::grow() {
    const std::size_t size = this->size();
    const std::size_t capacity = std::max<std::size_t>(16, size * 2);
    auto larger = std::make_unique<Frame[]>(capacity);
    std::copy(begin(), end(), larger.get());
    frames_ = std::move(larger);
    end_ = frames_.get() + size;
    last_ = frames_.get() + capacity;
    last_call_ = frames_.get() + std::min(capacity, kMostFrames);
}

}  // namespace hogvm
