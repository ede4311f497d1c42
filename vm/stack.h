// A run's stack: values, and beside them what each cost when it was put there.
//
// Its memory is reserved for the largest stack that the memory limit allows (a slot costs 8 bytes in the accounting)
// and touched only as far as a program gets, so that it never moves and pushing needs no test of its own for room: the
// test against the peak is that, too.
#pragma once

#include <cstddef>
#include <cstdint>

#include <hogvm/value.h>

namespace hogvm {

class Stack {
  public:
    Stack() = default;
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    /// Makes room for `slots`; what was on it is gone. Raises Failure{Memory} if the system refuses.
    void reserve(std::size_t slots);
    /// Gives the memory past the first `slots` back to the system.
    void trim(std::size_t slots);

    Value* values() { return values_; }
    /// The recorded cost of each slot whose value is_charged().
    std::int64_t* charges() { return charges_; }
    std::size_t slots() const { return slots_; }

  private:
    void release();

    Value* values_ = nullptr;
    std::int64_t* charges_ = nullptr;
    std::size_t slots_ = 0;
};

}  // namespace hogvm
