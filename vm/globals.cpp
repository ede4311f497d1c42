#include <hogvm/globals.h>

#include <vector>

#include <boost/json/value.hpp>

#include <hogvm/convert.h>
#include <hogvm/json.h>

namespace hogvm {

bool ValueGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    if (!object_.is(Type::Object) || heap.find(object_.as_dict(), path[0].as_text()) == nullptr) return false;
    value = from_host(get_nested(object_, path, true, heap), heap);
    return true;
}

bool BoostGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    if (!object_.is_object()) return false;
    const boost::json::value* at = &object_;
    std::size_t k = 0;
    for (; k < path.size() && at->is_object() && path[k].is_string(); ++k) {
        const std::string_view key = path[k].as_text();
        at = at->get_object().if_contains(boost::json::string_view(key.data(), key.size()));
        if (at == nullptr) {
            if (k == 0) return false;
            value = Value::null();
            return true;
        }
    }
    Value below = json::from_boost(*at, heap);
    if (k < path.size()) {
        // What is not a member of an object follows get_nested's rules, from an array with the value in it.
        const Value holder = Value::array(heap.array_of({&below, 1}));
        std::vector<Value> rest{Value::integer(1)};
        rest.insert(rest.end(), path.begin() + static_cast<std::ptrdiff_t>(k), path.end());
        below = get_nested(holder, rest, true, heap);
    }
    value = from_host(below, heap);
    return true;
}

}  // namespace hogvm
