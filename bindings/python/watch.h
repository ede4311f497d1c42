// A match while it lasts: whether it has to end, and the turns of others.
//
// Over a mapping a match holds the GIL, and lets other threads and signal handlers have their turn every few
// milliseconds; over JSON text it has given the GIL up, and only looks for signals. A rule set's host is one for all of
// its threads, so its `poll` finds the match by the thread that it is called on.
#pragma once

#include <pybind11/pybind11.h>

#include "globals.h"
#include "turns.h"

namespace hogvm::python {

namespace py = pybind11;

class Watch {
  public:
    /// Needs the GIL.
    Watch();
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Lets others have the GIL until the end of the match.
    void release_gil() { has_gil_ = false; }

    /// What Host::poll does.
    static void poll();

    /// Ends the match with an exception; each of the rules that are left fails at once. Needs the GIL.
    void end(const py::object& exception) { ended_by_ = exception; }
    /// Raises Failure where the match has ended.
    void check() const;
    /// Raises the exception that ended the match, if one did. Needs the GIL.
    void finish() const;

  private:
    void look();

    Watch* outer_;  // a mapping may match events itself
    bool has_gil_ = true;
    py::object ended_by_;
    Turns turns_;
};

}  // namespace hogvm::python
