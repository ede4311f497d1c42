// When signal handlers and Python's other threads have their turn, while a run holds the GIL.
//
// Who releases the GIL gets it back at once, unless another thread has asked for it; and a thread asks when it has
// waited for the switch interval (5 ms) in which nobody released it. To release it just as often would leave the others
// waiting for as long as the run lasts. So a turn takes longer than that interval.
#pragma once

#include <chrono>

namespace hogvm::python {

class Turns {
  public:
    /// Whether the next turn has come. The first look only starts the count: most runs are over before a second one.
    bool is_next() {
        using std::chrono::steady_clock;
        const auto now = steady_clock::now();
        if (last_ == steady_clock::time_point()) last_ = now;
        if (now - last_ < std::chrono::milliseconds(12)) return false;
        last_ = now;
        return true;
    }

  private:
    std::chrono::steady_clock::time_point last_;
};

}  // namespace hogvm::python
