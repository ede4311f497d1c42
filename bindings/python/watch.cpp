#include "watch.h"

#include <utility>

#include "exceptions.h"

namespace hogvm::python {
namespace {

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
    if (!watch->turns_.is_next()) return;
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
