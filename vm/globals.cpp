#include <hogvm/globals.h>

#include <cstring>

#include <boost/json/value.hpp>

#include <hogvm/convert.h>
#include <hogvm/json.h>

namespace hogvm {

namespace {

bool read_object(Value object, std::span<const Value> path, Heap& heap, Value& value) {
    if (!object.is(Type::Object)) return false;
    const Entry* found = heap.find(object.as_dict(), path[0].as_text());
    if (found == nullptr) return false;
    // Down through objects by their members; what is left, by get_nested's rules.
    Value at = found->value;
    std::size_t k = 1;
    for (; k < path.size() && at.is(Type::Object) && path[k].is_string(); ++k) {
        found = heap.find(at.as_dict(), path[k].as_text());
        if (found == nullptr) {
            value = Value::null();
            return true;
        }
        at = found->value;
    }
    if (k < path.size()) at = get_below(at, path.subspan(k), true, heap);
    value = at.is_node() ? from_host(at, heap) : at.is_nullish() ? Value::null() : at;
    return true;
}

/// Small objects Boost.JSON searches like this, too, but out of line and twice as slowly.
const boost::json::value* find_member(const boost::json::object& object, std::string_view key) {
    constexpr std::size_t kFew = 18;
    if (object.size() > kFew) return object.if_contains(boost::json::string_view(key.data(), key.size()));
    for (const boost::json::key_value_pair& member : object) {
        const boost::json::string_view name = member.key();
        if (name.size() == key.size() && std::memcmp(name.data(), key.data(), key.size()) == 0) return &member.value();
    }
    return nullptr;
}

}  // namespace

bool ValueGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    return read_object(object_, path, heap, value);
}

TextGlobals::TextGlobals(std::string_view text, const json::Projection& part, Heap& document)
    : text_(text), part_(part), document_(document), built_(json::parse(text, document, part)) {
    if (!built_.is(Type::Object)) fail(ErrorKind::Input, "expected a JSON object");
}

bool TextGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    if (part_.covers(path)) return read_object(built_, path, heap, value);
    if (whole_.is_nullish()) whole_ = json::parse(text_, document_);
    return read_object(whole_, path, heap, value);
}

bool BoostGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    if (!object_.is_object()) return false;
    const boost::json::value* at = &object_;
    std::size_t k = 0;
    for (; k < path.size() && at->is_object() && path[k].is_string(); ++k) {
        at = find_member(at->get_object(), path[k].as_text());
        if (at == nullptr) {
            if (k == 0) return false;
            value = Value::null();
            return true;
        }
    }
    Value found = json::from_boost(*at, heap, json::Texts::Viewed);
    if (k < path.size()) found = get_below(found, path.subspan(k), true, heap);
    value = found.is_node() ? from_host(found, heap) : found;
    return true;
}

}  // namespace hogvm
