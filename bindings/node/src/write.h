// Hog's values to JavaScript's.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include <node_api.h>

#include <hogvm/value.h>

#include "environment.h"
#include "read.h"

namespace hogvm::node {

/// A string of WTF-8 text.
napi_value write_string(Environment& environment, Value text);
napi_value write_string(Environment& environment, std::string_view wtf8);

/// The UTF-16 of WTF-8 text.
void append_units(std::string_view wtf8, std::u16string& units);

/// Shape::Hog gives values as the reference's results have them: dicts are Maps, tuples arrays with the property
/// __isHogTuple. Shape::Host gives plain objects and arrays; the values must have been converted (to_host).
class Writer {
  public:
    Writer(Environment& environment, Shape shape) : environment_(environment), shape_(shape) {}

    napi_value write(Value v) { return write(v, 0); }

  private:
    napi_value write(Value v, int depth);
    napi_value write_array(const Array* array, int depth);
    napi_value write_object(const Dict* object, int depth);
    napi_value write_map(const Dict* dict, int depth);
    napi_value write_closure(const Closure* closure, int depth);
    napi_value write_callable(const Callable* callable, int depth);
    void set(napi_value object, const char* key, napi_value value);

    Environment& environment_;
    Shape shape_;
    std::unordered_map<const Node*, napi_value> written_;
};

/// Whether JSON text gives the value again exactly; `size` is then how many values it has.
bool is_json(Value v, std::size_t& size);

}  // namespace hogvm::node
