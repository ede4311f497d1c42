// Conversions between a program's values and the host's, which are those of JSON: the reference's convertHogToJS and
// convertJSToHog.
#pragma once

#include <span>

#include <hogvm/heap.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// What a host is given: dicts become objects with string keys, tuples arrays, holes are squeezed out; dates and
/// functions stay. Everything is new on `heap`, but text is only referred to. A node inside itself stays a cycle.
Value to_host(Value v, Heap& heap);
/// Whether to_host leaves an object as it is, for its tag is a date's or a function's. Nothing in it is converted then:
/// a dict there stays one, and JSON has nothing of it but {}, as of JavaScript's Map.
bool stays_as_it_is(const Dict* object);
/// What a program is given: objects become dicts, but tagged dates, datetimes and functions are restored. What only a
/// program has, dicts and tuples, stays what it is.
Value from_host(Value v, Heap& heap);
/// Makes a value one that many threads may read: nothing is written into its nodes any more, not even the marks of
/// walks. Raises Failure{Input} for a value that holds itself.
void freeze(Value v);
/// A deep copy of `v` with its text, for a heap that lives on its own.
Value copy(Value v, Heap& heap);

/// Reads `path` below `v` as GET_PROPERTY does, a key after the other. With `nullish`, null on the way gives null.
/// Raises Failure for the index 0.
Value get_nested(Value v, std::span<const Value> path, bool nullish, Heap& heap);
/// Likewise below a value that may be no node: texts have a length, for one.
Value get_below(Value v, std::span<const Value> path, bool nullish, Heap& heap);
/// Writes a property as SET_PROPERTY does; raises Failure where that is an error.
void set_property(Value target, Value key, Value v, Heap& heap);

}  // namespace hogvm
HOGVM_PUBLIC_END
