#include "watch.h"

#include <utility>

#include "exceptions.h"

namespace hogvm::python {
namespace {

using std::chrono::steady_clock;

constexpr auto kTurn = std::chrono::milliseconds(5);  // as long as a Python thread keeps the GIL, too

thread_local Watch* current = nullptr;

}  // namespace

Watch::Watch() : outer_(std::exchange(current, this)) {}

Watch::~Watch() { current = outer_; }

void Watch::check() const {
    if (ended_by_) fail(ErrorKind::Cancelled, "The match has ended");
}

void Watch::finish() const {
    if (ended_by_) raise(ended_by_);
}

void Watch::poll() {
    Watch* const watch = current;
    if (watch == nullptr) return;
    watch->check();
    const auto now = steady_clock::now();
    // The first look only starts the count: most matches are over before a second one.
    if (watch->last_turn_ == steady_clock::time_point()) watch->last_turn_ = now;
    if (now - watch->last_turn_ < kTurn) return;
    watch->last_turn_ = now;
    if (watch->has_gil_) {
        watch->look();
        const py::gil_scoped_release others;
    } else {
        const py::gil_scoped_acquire gil;
        watch->look();
    }
    watch->check();
}

void Watch::look() {
    if (PyErr_CheckSignals() == 0) return;
    const py::error_already_set error;
    end(error.value());
    if (error.trace()) PyException_SetTraceback(ended_by_.ptr(), error.trace().ptr());
}

}  // namespace hogvm::python
