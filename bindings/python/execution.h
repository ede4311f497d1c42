// One run of a program for Python: a borrowed Vm, the host that the caller's settings make, and what Python code raised
// on the way.
//
// Vms are kept in a pool, because they keep their memory. A run borrows one for its time; a function of the host that
// runs a program borrows another, and so does another thread. The pool is only touched with the GIL held, so it needs
// no lock that a fork could find locked.
//
// A run either holds the GIL (run, resume), and then lets other threads and signal handlers have their turn every few
// milliseconds; or it does not (run_many), and then takes it for what is Python's.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <hogvm/vm.h>

#include "globals.h"
#include "settings.h"
#include "turns.h"

namespace hogvm::python {

class Execution {
  public:
    /// Needs the GIL, and so does the end. `stop` is for runs that do not hold the GIL; null means that this one does.
    explicit Execution(const Settings& settings, const std::atomic<bool>* stop = nullptr);
    ~Execution();
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

    /// `globals` are a mapping or None; nothing goes through JSON. Needs the GIL.
    Outcome run(const Program& program, PyObject* globals, Keys& keys);
    Outcome run(const Program& program, std::string_view globals_json);
    Outcome run(const Program& program, const Globals& globals);
    /// Needs the GIL.
    Outcome resume(State& state, PyObject* result, PyObject* globals, Keys& keys);

    Raised& raised() { return raised_; }

  private:
    void make_host();
    void add_functions(Host& host);
    Value call(PyObject* function, Call& call);
    Value import(std::string_view name, Heap& heap);
    void poll();

    /// Counts the runs inside one another on this thread.
    struct Nesting {
        Nesting();
        ~Nesting();
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
    };

    Nesting nesting_;
    const Settings& settings_;
    const std::atomic<bool>* stop_;
    std::unique_ptr<Vm> vm_;
    Raised raised_;
    Turns turns_;
};

}  // namespace hogvm::python
