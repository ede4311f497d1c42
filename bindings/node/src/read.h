// JavaScript values to Hog's.
//
// What a program is given is as the reference's convertJSToHog sees it: an array's elements without holes, of any other
// object the enumerable properties by string keys, inherited ones, too, as `for ... in` finds them. So a Date, a Map or
// a class instance without enumerable properties is an empty dict. A function or a symbol is no value of Hog's: reading
// one is an error that names the place. A bigint is an integer where 64 bits hold it, else an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <node_api.h>

#include <hogvm/heap.h>
#include <hogvm/value.h>

#include "environment.h"

namespace hogvm::node {

/// Text as WTF-8 on `heap`.
Value read_string(Environment& environment, napi_value string, Heap& heap);
std::string read_string(Environment& environment, napi_value string);

/// JSON text from a string or from UTF-8 bytes. Lone surrogates in a string are escaped, as JSON must have them.
std::string read_document(Environment& environment, napi_value text);
void append_document(Environment& environment, napi_value text, std::string& out);

enum class Shape : std::uint8_t {
    Host,  // objects as the host has them: plain objects are Type::Object; from_host makes them a program's
    Hog,   // a program's own values as results have them: a Map is a dict, an array may be a tuple
};

class Reader {
  public:
    Reader(Environment& environment, Heap& heap, Shape shape) : environment_(environment), heap_(heap), shape_(shape) {}

    /// Raises Failure: of what a getter or a Proxy throws (ErrorKind::Host), of what is no value of Hog's, of depth.
    Value read(napi_value value);

  private:
    struct Path {
        napi_value object;
        Value read;
        Value key;  // being read
    };
    Value read_object(napi_value object);
    Value read_array(napi_value array);
    void read_after_hole(napi_value array, std::uint32_t hole, std::uint32_t length, Array* out);
    Value read_map(napi_value map);
    Value read_bigint(napi_value bigint);
    bool is_map(napi_value object);
    bool is_instance(napi_value object, napi_value of);
    napi_value call(napi_value function, napi_value given);
    bool is_tuple(napi_value array);
    const Path* on_path(napi_value object) const;
    [[noreturn]] void refuse(std::string_view what) const;

    Environment& environment_;
    Heap& heap_;
    Shape shape_;
    std::vector<Path> path_;
};

/// A value as a program gets it from its host (from_host of what Reader reads); larger ones go through JSON text where
/// that loses nothing.
Value read_from_host(Environment& environment, napi_value value, Heap& heap);
/// Likewise, of what has no cells.
Value read_other_from_host(Environment& environment, napi_value value, Heap& heap);

}  // namespace hogvm::node
