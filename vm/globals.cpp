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

/// Whether two texts of `size` bytes are alike. In line: most keys are short.
[[gnu::always_inline]] inline bool are_alike(const char* a, const char* b, std::size_t size) {
    const auto differ = [&](auto word, std::size_t at) {
        auto other = word;
        std::memcpy(&word, a + at, sizeof word);
        std::memcpy(&other, b + at, sizeof other);
        return word != other;
    };
    if (size > 32) return std::memcmp(a, b, size) == 0;
    if (size >= 8) {
        for (std::size_t at = 0; at + 8 < size; at += 8)
            if (differ(std::uint64_t{}, at)) return false;
        return !differ(std::uint64_t{}, size - 8);
    }
    if (size >= 4) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
    for (std::size_t at = 0; at < size; ++at)
        if (a[at] != b[at]) return false;
    return true;
}

[[gnu::always_inline]] inline bool is_at(const boost::json::key_value_pair& member, std::string_view key) {
    const boost::json::string_view name = member.key();
    return name.size() == key.size() && are_alike(name.data(), key.data(), key.size());
}

/// Small objects Boost.JSON searches one by one, too, but out of line and twice as slowly.
const boost::json::value* search_member(const boost::json::object& object, std::string_view key, std::uint32_t& place) {
    constexpr std::size_t kFew = 18;
    const boost::json::key_value_pair* members = object.begin();
    std::size_t at = 0;
    if (object.size() > kFew) {
        const auto* found = object.find(boost::json::string_view(key.data(), key.size()));
        at = static_cast<std::size_t>(found - members);
    } else {
        while (at < object.size() && !is_at(members[at], key)) ++at;
    }
    if (at == object.size()) return nullptr;
    place = static_cast<std::uint32_t>(at);
    return &members[at].value();
}

/// `place` is where the key was found last, and is set to where it is.
[[gnu::always_inline]] inline const boost::json::value* find_member(const boost::json::object& object,
                                                                    std::string_view key, std::uint32_t& place) {
    if (place < object.size() && is_at(object.begin()[place], key)) return &object.begin()[place].value();
    return search_member(object, key, place);
}

/// The same in an Object.
const Value* find_member(const Dict* object, std::string_view key, std::uint32_t& place) {
    const auto is_here = [&](const Entry& e) {
        return e.key.is_string_of(key.size()) && are_alike(e.key.as_text().data(), key.data(), key.size());
    };
    if (place < object->size && is_here(object->entries[place])) return &object->entries[place].value;
    if (object->index != nullptr) return nullptr;  // many: they have an index by hash
    for (std::uint32_t at = 0; at < object->size; ++at) {
        if (!is_here(object->entries[at])) continue;
        place = at;
        return &object->entries[at].value;
    }
    return nullptr;
}

bool glance_at_object(Value object, std::span<const Value> path, std::uint32_t* places, Value& value) {
    const Value* at = &object;
    for (std::size_t k = 0; k < path.size(); ++k) {
        if (!at->is(Type::Object)) return false;
        at = find_member(at->as_dict(), path[k].as_text(), places[k]);
        if (at == nullptr) return false;
    }
    value = at->is_nullish() ? Value::null() : *at;
    return !at->is_node();
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

bool ValueGlobals::glance(std::span<const Value> path, std::uint32_t* places, Value& value) const {
    return glance_at_object(object_, path, places, value);
}

bool TextGlobals::glance(std::span<const Value> path, std::uint32_t* places, Value& value) const {
    return part_.covers(path) && glance_at_object(built_, path, places, value);
}

bool BoostGlobals::read(std::span<const Value> path, Heap& heap, Value& value) const {
    if (!object_.is_object()) return false;
    const boost::json::value* at = &object_;
    std::size_t k = 0;
    for (; k < path.size() && at->is_object() && path[k].is_string(); ++k) {
        std::uint32_t place = 0;
        at = find_member(at->get_object(), path[k].as_text(), place);
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

bool BoostGlobals::glance(std::span<const Value> path, std::uint32_t* places, Value& value) const {
    const boost::json::value* at = &object_;
    for (std::size_t k = 0; k < path.size(); ++k) {
        if (!at->is_object()) return false;
        at = find_member(at->get_object(), path[k].as_text(), places[k]);
        if (at == nullptr) {
            value = Value::null();
            return k > 0;
        }
    }
    switch (at->kind()) {
        case boost::json::kind::string: {
            const boost::json::string& text = at->get_string();
            if (text.size() > UINT32_MAX) return false;
            value = Value::uncounted_text({text.data(), text.size()});
            return true;
        }
        case boost::json::kind::int64: value = Value::integer(at->get_int64()); return true;
        case boost::json::kind::double_: value = Value::number(at->get_double()); return true;
        case boost::json::kind::bool_: value = Value::boolean(at->get_bool()); return true;
        case boost::json::kind::null: value = Value::null(); return true;
        default: return false;
    }
}

}  // namespace hogvm
