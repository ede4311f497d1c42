// A Python mapping as a program's globals: asked for what the program reads, and only that is converted.
#pragma once

#include <pybind11/pybind11.h>

#include <span>
#include <unordered_map>

#include <hogvm/host.h>

namespace hogvm::python {

namespace py = pybind11;

/// The item of a dict or another Mapping, or nothing; what a defaultdict would make is not there.
py::object item_of(PyObject* mapping, PyObject* key);

/// The str objects of the keys that a program asks for. Keys are mostly the program's constants, which stay where they
/// are, so they are found by where their text is; since other text may come to lie there, it is compared, too.
class Keys {
  public:
    /// Needs the GIL.
    py::object find(Value key);

  private:
    static constexpr std::size_t kMost = 256;
    std::unordered_map<const char*, py::object> by_place_;
};

/// The error that Python code raised in the middle of a run, kept until the run has ended.
class Raised {
  public:
    /// Takes the exception that is being handled and ends the run. Needs the GIL.
    [[noreturn]] void end_run(py::error_already_set& error);
    bool is_there() const { return static_cast<bool>(exception_); }
    /// Whether it is no Exception but a KeyboardInterrupt or its like, which are not to be caught on the way.
    bool is_fatal() const { return !PyObject_IsInstance(exception_.ptr(), PyExc_Exception); }
    const py::object& exception() const { return exception_; }
    void clear() { exception_ = py::object(); }

  private:
    py::object exception_;
};

class PythonGlobals : public Globals {
  public:
    /// `mapping` is a dict or another Mapping. All three are only referred to.
    PythonGlobals(PyObject* mapping, Keys& keys, Raised& raised) : mapping_(mapping), keys_(keys), raised_(raised) {}

    /// Needs the GIL.
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;

  private:
    PyObject* mapping_;
    Keys& keys_;
    Raised& raised_;
};

}  // namespace hogvm::python
