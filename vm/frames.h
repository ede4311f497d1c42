// The frames of a run: one for each call that has not returned, the current one last.
//
// Not a std::vector: a call writes its frame's fields where they stay. Made elsewhere and then copied, in wider pieces
// than they were written in, they cost more than the rest of a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "chunk.h"

namespace hogvm {

/// How deep calls may nest: the reference's limit.
inline constexpr std::size_t kMostFrames = 1000;

enum class FrameKind : std::uint8_t { Root, Closure, Library, Import, Declared };

struct Frame {
    FrameKind kind;
    const Chunk* chunk;
    const Instruction* pc;     // where to go on when the frame is on top again
    std::int64_t start;        // the stack's height below its arguments
    const Closure* closure;    // of FrameKind::Closure
    const Callable* function;  // null of FrameKind::Root

    /// As the program named it.
    Value chunk_name() const { return function != nullptr ? function->chunk : chunk->name; }
};

class Frames {
  public:
    std::size_t size() const { return static_cast<std::size_t>(end_ - frames_.get()); }
    bool is_one() const { return end_ == frames_.get() + 1; }
    /// Whether one more needs no growing and stays within kMostFrames.
    bool has_room_for_call() const { return end_ < last_call_; }
    bool empty() const { return end_ == frames_.get(); }
    Frame& back() { return end_[-1]; }
    const Frame& back() const { return end_[-1]; }
    Frame* begin() { return frames_.get(); }
    Frame* end() { return end_; }
    const Frame* begin() const { return frames_.get(); }
    const Frame* end() const { return end_; }

    [[gnu::always_inline]] void push(FrameKind kind, const Chunk* chunk, std::int64_t start, const Closure* closure,
                                     const Callable* function) {
        if (end_ == last_) [[unlikely]]
            grow();
        Frame& frame = *end_++;
        frame.kind = kind;
        frame.chunk = chunk;
        frame.pc = nullptr;
        frame.start = start;
        frame.closure = closure;
        frame.function = function;
    }
    void pop() { --end_; }
    void clear() { end_ = frames_.get(); }
    /// Keeps the first `size` of them, which must be there.
    void cut(std::size_t size) { end_ = frames_.get() + size; }

  private:
    void grow();

    std::unique_ptr<Frame[]> frames_;
    Frame* end_ = nullptr;
    Frame* last_ = nullptr;
    Frame* last_call_ = nullptr;
};

}  // namespace hogvm
