#include "batch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <vector>

#include <hogvm/convert.h>

#include "exceptions.h"
#include "execution.h"
#include "inputs.h"
#include "prefetched.h"
#include "result.h"
#include "to_hog.h"
#include "to_python.h"

namespace hogvm::python {
namespace {

constexpr std::size_t kMostInSlice = 64;
constexpr std::size_t kSlice = std::size_t{512} << 20;  // bytes that the globals of a slice may take at least
constexpr auto kLook = std::chrono::milliseconds(50);   // between two looks for signals

/// An event of a slice, and what came of it.
struct Event {
    std::optional<std::string_view> text;
    std::optional<PrefetchedGlobals> globals;
    py::object refusal;  // the exception for what is no event
    Outcome outcome;
    std::string json;  // of the result, where that is asked for
    Raised raised;
};

class Batch {
  public:
    Batch(const LoadedProgram& program, const py::list& events, Form form, const Settings& settings)
        : program_(*program.program),
          events_(events),
          form_(form),
          settings_(settings),
          paths_(program_),
          results_(events.size()) {}

    py::list run(std::size_t threads);

  private:
    class Worker;

    /// The next events, as [from, to); empty when there are no more.
    std::pair<std::size_t, std::size_t> next_slice();
    void work();
    void fail(py::object exception);
    void start(std::vector<std::jthread>& pool);
    void wait();

    const Program& program_;
    const py::list& events_;
    const Form form_;
    const Settings& settings_;
    const Paths paths_;
    py::list results_;
    std::size_t threads_ = 1;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> stop_ = false;
    py::object fatal_;  // what ends the whole batch; touched with the GIL held
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t working_ = 0;
};

/// What a thread has of its own.
class Batch::Worker {
  public:
    explicit Worker(Batch& batch) : batch_(batch), execution_(batch.settings_, &batch.stop_) {
        heap_.set_max_bytes(std::max(batch.settings_.run.limits.heap_bytes(), kSlice));
    }

    /// Needs the GIL, which it gives up in between.
    void run(std::size_t from, std::size_t to) {
        heap_.clear();
        for (std::size_t i = from; i < to; ++i) prepare(batch_.events_[i]);
        {
            const py::gil_scoped_release others;
            for (Event& event : slice_)
                if (!event.refusal && !batch_.stop_) run(event);
        }
        for (std::size_t i = from; i < to && !batch_.stop_; ++i) {
            const py::object result = answer(slice_[i - from]);
            if (PyList_SetItem(batch_.results_.ptr(), static_cast<Py_ssize_t>(i), result.inc_ref().ptr()) != 0)
                throw py::error_already_set();
        }
        slice_.clear();
    }

  private:
    void prepare(const py::object& object) {
        Event& event = slice_.emplace_back();
        try {
            event.text = object.is_none() ? "" : json_text(object.ptr());
            if (event.text) return;
            check_mapping("event", object.ptr());
            event.globals.emplace(object.ptr(), batch_.paths_, heap_, keys_, execution_.raised());
        } catch (const py::builtin_exception& e) {
            event.refusal = exception_of(Failure(ErrorKind::Input, e.what()));
        } catch (py::error_already_set& e) {
            event.refusal = exception_of(Failure(ErrorKind::Input, "the event could not be read"));
            PyException_SetCause(event.refusal.ptr(), e.value().inc_ref().ptr());
        }
    }

    void run(Event& event) {
        event.outcome =
            event.text ? execution_.run(batch_.program_, *event.text) : execution_.run(batch_.program_, *event.globals);
        event.raised = std::exchange(execution_.raised(), Raised());
        try {
            // The Vm forgets its values at the next run.
            if (batch_.form_ == Form::Objects) {
                event.outcome.result = copy(event.outcome.result, heap_);
            } else if (event.outcome.finished()) {
                event.json = event.outcome.json();
            }
            std::vector<Value> args;
            for (const Value arg : event.outcome.args) args.push_back(copy(arg, heap_));
            event.outcome.args = heap_.array_of(args)->values();
        } catch (const Failure& e) {
            event.outcome.status = Outcome::Status::Failed;
            event.outcome.error.kind = e.kind;
            event.outcome.error.message = e.message;
        }
    }

    py::object answer(Event& event) {
        if (event.refusal) return event.refusal;
        if (event.raised.is_there() && event.raised.is_fatal()) raise(event.raised.exception());
        if (event.outcome.failed()) return exception_of(event.outcome, event.raised, batch_.settings_);
        try {
            if (batch_.form_ == Form::Objects || !event.outcome.finished()) return make_result(event.outcome);
            return make_result(event.outcome, json_of(event));
        } catch (const Failure& e) {
            return exception_of(e);
        }
    }

    py::object json_of(const Event& event) const {
        const auto size = static_cast<Py_ssize_t>(event.json.size());
        PyObject* const text = batch_.form_ == Form::Bytes ? PyBytes_FromStringAndSize(event.json.data(), size)
                                                           : PyUnicode_DecodeUTF8(event.json.data(), size, nullptr);
        if (text == nullptr) throw py::error_already_set();
        return py::reinterpret_steal<py::object>(text);
    }

    Batch& batch_;
    Execution execution_;
    Heap heap_;  // what the slice's events and results are made of
    Keys keys_;
    std::deque<Event> slice_;
};

std::pair<std::size_t, std::size_t> Batch::next_slice() {
    const std::size_t size = events_.size();
    std::size_t from = next_;
    while (from < size && !stop_) {
        // Smaller towards the end, so that the threads end together.
        const std::size_t count = std::clamp<std::size_t>((size - from) / (threads_ * 4), 1, kMostInSlice);
        if (next_.compare_exchange_weak(from, from + count)) return {from, from + count};
    }
    return {size, size};
}

void Batch::fail(py::object exception) {
    if (!fatal_) fatal_ = std::move(exception);
    stop_ = true;
}

void Batch::work() {
    {
        const py::gil_scoped_acquire gil;
        try {
            Worker worker(*this);
            for (auto [from, to] = next_slice(); from < to; std::tie(from, to) = next_slice()) worker.run(from, to);
        } catch (py::error_already_set& e) {
            fail(e.value());
        } catch (const std::exception& e) {
            fail(py::handle(PyExc_RuntimeError)(e.what()));
        }
    }
    const std::lock_guard lock(mutex_);
    if (--working_ == 0) ended_.notify_all();
}

void Batch::wait() {
    for (;;) {
        {
            const py::gil_scoped_release others;
            std::unique_lock lock(mutex_);
            if (ended_.wait_for(lock, kLook, [this] { return working_ == 0; })) return;
        }
        if (!stop_ && PyErr_CheckSignals() != 0) {
            const py::error_already_set signal;
            fail(signal.value());
        }
    }
}

/// As many as the system gives.
void Batch::start(std::vector<std::jthread>& pool) {
    while (pool.size() < threads_) {
        try {
            pool.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            const std::lock_guard lock(mutex_);
            working_ -= threads_ - pool.size();
            return;
        }
    }
}

py::list Batch::run(std::size_t threads) {
    threads_ = working_ = std::min(threads, events_.size());
    std::vector<std::jthread> pool;
    {
        const py::gil_scoped_release others;
        start(pool);
    }
    if (pool.empty() && threads_ > 0) throw std::runtime_error("run_many: the system gives no thread");
    if (!pool.empty()) wait();
    {
        const py::gil_scoped_release others;
        pool.clear();
    }
    if (fatal_) raise(fatal_);
    return results_;
}

}  // namespace

py::list run_many(const LoadedProgram& program, const py::list& events, std::size_t threads, Form form,
                  const Settings& settings) {
    return Batch(program, events, form, settings).run(threads);
}

}  // namespace hogvm::python
