// Work: how code that knows no run lets the run end that it works for.
//
// A run looks at its clock and its stop flag between instructions, and its heap tells it of what is allocated. What
// takes long without either (reading JSON, a text of a deep value, a walk over a long text) says here what it does:
//
//     Work work;
//     for (...) work.step();
//
// Outside a run that does nothing.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// Makes `watch` the one that this thread's work is told to, while it lives; null for nobody.
class Working {
  public:
    explicit Working(Watch* watch);
    ~Working();
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;

  private:
    Watch* outer_;
};

/// Says that so many small steps more were done, of some nanoseconds each. May raise Failure.
void work_done(std::size_t steps);

/// Of work that can't be interrupted any run, and all that is done outside of runs, has patience for so long.
inline constexpr double kPatienceMs = 40;

/// For how many milliseconds the run may be left alone: as long as its time lasts, but only for kPatienceMs if it has a
/// stop flag. Raises Failure if its time is up already.
double patience_ms();

/// Raises Failure{Memory} if the run has no room for a text of so many bytes that is being built outside the heap, and
/// then once more on it.
void check_text(std::size_t bytes);

/// Bounds the texts that are written outside of runs, as check_text does inside of them: to so many bytes, whatever the
/// time.
class TextLimit final : public Watch {
  public:
    explicit TextLimit(std::size_t bytes) : bytes_(bytes), working_(this) {}
    void worked(std::size_t) override {}
    double patience_ms() override { return kPatienceMs; }
    std::size_t room() const override { return 2 * bytes_; }

  private:
    std::size_t bytes_;
    Working working_;
};

/// Counts steps, and tells of them every few thousand.
class Work {
  public:
    void step(std::size_t steps = 1) {
        if ((steps_ += steps) < kEach) return;
        const std::size_t done = steps_;
        steps_ = 0;
        work_done(done);
    }

  private:
    static constexpr std::size_t kEach = 4096;
    std::size_t steps_ = 0;
};

/// Bytes that are copied or compared at once.
inline constexpr std::size_t kPiece = 1 << 16;
void copy_pieces(void* to, const void* from, std::size_t bytes);
bool same_pieces(std::string_view a, std::string_view b);

/// memcpy; of much, the run is told while it lasts.
inline void copy_bytes(void* to, const void* from, std::size_t bytes) {
    if (bytes > kPiece) return copy_pieces(to, from, bytes);
    if (bytes > 0) std::memcpy(to, from, bytes);
}
/// Appends to a text that is being built outside the heap; of much, the run is told, and whether it has room for it.
void append_text(std::string_view text, std::string& out);
/// a == b; of much, the run is told while it lasts.
inline bool same_text(std::string_view a, std::string_view b) {
    return a.size() > kPiece && a.size() == b.size() ? same_pieces(a, b) : a == b;
}

}  // namespace hogvm
HOGVM_PUBLIC_END
