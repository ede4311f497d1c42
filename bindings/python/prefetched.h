// An event's globals, read with the GIL before the program runs without it.
#pragma once

#include <pybind11/pybind11.h>

#include <deque>
#include <string>
#include <vector>

#include <hogvm/program.h>

#include "globals.h"

namespace hogvm::python {

/// The paths that a program reads, as keys. Those that could mean several things (a key with a dot in it, a number that
/// may be an index) are left out; what is not here is fetched when it is asked for.
class Paths {
  public:
    explicit Paths(const Program& program);
    std::span<const std::vector<Value>> all() const { return paths_; }

  private:
    std::deque<std::string> texts_;  // what the keys are views of
    std::vector<std::vector<Value>> paths_;
};

class PrefetchedGlobals : public Globals {
  public:
    /// Reads the paths of `mapping` into `heap`. Needs the GIL. All but the heap is only referred to.
    PrefetchedGlobals(PyObject* mapping, const Paths& paths, Heap& heap, Keys& keys, Raised& raised);

    /// Takes the GIL for what was not read before.
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;

  private:
    enum class Status : std::uint8_t { Unknown, Missing, Found };
    struct Global {
        Status status;
        Value value;
    };

    PyObject* mapping_;
    const Paths& paths_;
    Keys& keys_;
    Raised& raised_;
    std::vector<Global> globals_;  // of each path
};

}  // namespace hogvm::python
