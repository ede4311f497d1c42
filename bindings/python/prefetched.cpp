#include "prefetched.h"

#include <algorithm>
#include <string_view>

#include <hogvm/convert.h>

namespace hogvm::python {
namespace {

bool is_name(std::string_view key) {
    return !key.empty() &&
           !std::all_of(key.begin(), key.end(), [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

bool is_same(Value a, Value b) { return a.is_string() && b.is_string() && a.as_text() == b.as_text(); }

bool is_prefix(std::span<const Value> prefix, std::span<const Value> path) {
    return prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin(), is_same);
}

bool has_dot(std::span<const Value> path) {
    return std::any_of(path.begin(), path.end(),
                       [](Value key) { return key.is_string() && key.as_text().find('.') != std::string_view::npos; });
}

}  // namespace

Paths::Paths(const Program& program) {
    for (const std::string& path : program.reads()) {
        std::vector<Value> keys;
        bool is_plain = true;
        for (std::size_t from = 0; from <= path.size();) {
            const std::size_t dot = std::min(path.find('.', from), path.size());
            const std::string_view key = texts_.emplace_back(path, from, dot - from);
            is_plain = is_plain && is_name(key);
            keys.push_back(Value::text(key));
            from = dot + 1;
        }
        if (is_plain) paths_.push_back(std::move(keys));
    }
}

PrefetchedGlobals::PrefetchedGlobals(PyObject* mapping, const Paths& paths, Heap& heap, Keys& keys, Raised& raised)
    : mapping_(mapping), paths_(paths), keys_(keys), raised_(raised) {
    globals_.reserve(paths.all().size());
    Raised ignored;
    const PythonGlobals source(mapping, keys, ignored);
    for (const std::vector<Value>& path : paths.all()) {
        Global global{Status::Unknown, Value::null()};
        try {
            global.status = source.read(path, heap, global.value) ? Status::Found : Status::Missing;
        } catch (const Failure&) {
            // Fails anew if the program does get to it.
        }
        globals_.push_back(global);
    }
}

bool PrefetchedGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    if (!has_dot(path)) {
        for (std::size_t i = 0; i < globals_.size(); ++i) {
            const std::vector<Value>& known = paths_.all()[i];
            const Global& global = globals_[i];
            if (global.status == Status::Unknown || !is_prefix(known, path)) continue;
            if (global.status == Status::Missing) return false;
            const std::span<const Value> rest = path.subspan(known.size());
            value = rest.empty() ? global.value : get_nested(global.value, rest, true, heap);
            if (value.is_node()) value = copy(value, heap);
            return true;
        }
    }
    const py::gil_scoped_acquire gil;
    return PythonGlobals(mapping_, keys_, raised_).read(path, heap, value);
}

}  // namespace hogvm::python
