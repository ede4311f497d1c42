// Exact states: values as a program has them, for a State that is to lose nothing (RunOptions::exact_states).
//
// JSON has no words for tuples, errors, keys that are no texts, holes, undefined, NaN, nor for two places that hold the
// same container. So values are written as a graph: a list of nodes, each of which names those that it holds by their
// place in the list. A value is null, a boolean, a number or a text as in JSON, or an array of one element: of a node's
// place, or of a word: "undefined", "hole", or the text of a number that JSON would change, such as "NaN" and "-0". A
// node is an object that has, by its kind,
//
//     {"array": [value, ...]}   {"tuple": [value, ...]}   {"dict": [key, value, ...]}   {"object": [key, value, ...]}
//     {"callable": "local", "name": value, "chunk": value, "argCount": n, "upvalueCount": n, "ip": n}
//     {"closure": place of its callable, "upvalues": [id, ...]}
//
// What a node holds comes before it, unless it holds itself.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::exact {

/// Copies of the values that share what they share. Texts are copied, too.
std::vector<Value> copy(std::span<const Value> values, Heap& heap);

/// Appends `"nodes":[...],"values":[...]`.
void write(std::span<const Value> values, std::string& out);

/// The values of such an object. Throws LoadError where it is none.
std::vector<Value> read(Value written, Heap& heap);

}  // namespace hogvm::exact
