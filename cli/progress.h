// The line on a terminal that says how far a stream of events has come.
#pragma once

#include <chrono>
#include <cstdint>

namespace hogvm::cli {

class Progress {
  public:
    /// Shows itself only where stderr is a terminal and stdout isn't, whose lines it would tear.
    Progress();
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Draws the line anew if the last time is long enough ago.
    void show(std::uint64_t events, std::uint64_t failed);
    /// Takes the line away, for other things to be written to stderr.
    void clear();

    double seconds() const;

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
    Clock::time_point drawn_ = start_;
    bool is_on_;
    bool is_visible_ = false;
};

}  // namespace hogvm::cli
