#include "cells.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <hogvm/text.h>

#include "environment.h"
#include "handles.h"
#include "read.h"
#include "write.h"

namespace hogvm::node {
namespace {

constexpr int kDeepest = 64;
constexpr std::uint32_t kWarm = 8;           // dicts of a shape before it is built by a function of its own
constexpr std::size_t kLongestKey = 1000;    // bytes
constexpr std::size_t kPlaced = 256u << 10;  // bytes of a run's texts that are kept apart, where they have places
constexpr std::size_t kLongest = 1u << 20;   // bytes of a result's own texts
constexpr std::uint32_t kPatience = 32;      // where nothing had cells for a while,
constexpr std::uint32_t kTried = 8;          // one of so many is tried
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // what Node-API writes for a lone surrogate

bool is_ascii(const char* data, std::size_t size) {
    std::uint64_t seen = 0;
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + i, 8);
        seen |= word;
    }
    for (; i < size; ++i) seen |= static_cast<unsigned char>(data[i]);
    return (seen & 0x8080808080808080) == 0;
}

}  // namespace

void TextPlaces::clear() {
    taken_ = 0;
    ++turn_;
}

std::uint32_t TextPlaces::place(std::string_view text, std::uint32_t next) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
    constexpr int kShift = 64 - std::countr_zero(kSlots);
    if (taken_ > kSlots / 2) return next;
    const auto bits = reinterpret_cast<std::uintptr_t>(text.data());
    for (std::size_t at = static_cast<std::size_t>((bits ^ text.size() << 48) * kOdd >> kShift);;
         at = (at + 1) % kSlots) {
        Slot& slot = slots_[at];
        if (slot.turn != turn_) {
            slot = {text.data(), static_cast<std::uint32_t>(text.size()), next, turn_};
            ++taken_;
            return next;
        }
        if (slot.data == text.data() && slot.size == text.size()) return slot.place;
    }
}

void Cells::set_up(Napi::Object helpers) {
    const auto of = [&helpers](const char* name) { return helpers.Get(name).As<Napi::Object>(); };
    codes_ = helpers.Get("cellCodes").As<Napi::Int32Array>().Data();
    numbers_ = helpers.Get("cellNumbers").As<Napi::Float64Array>().Data();
    lengths_ = helpers.Get("cellLengths").As<Napi::Int32Array>().Data();
    codes_array_ = Napi::Persistent(of("cellCodes"));
    numbers_array_ = Napi::Persistent(of("cellNumbers"));
    lengths_array_ = Napi::Persistent(of("cellLengths"));
    to_cells_ = Napi::Persistent(of("toCells"));
    follow_ = Napi::Persistent(of("follow"));
    add_builder_ = Napi::Persistent(of("addBuilder"));
}

void Cells::define(std::uint32_t shape, const Napi::Array& keys) {
    if (shape >= kMostShapes) return;
    std::vector<Value> of_shape(keys.Length());
    for (std::uint32_t i = 0; i < keys.Length(); ++i) {
        const HandleScope scope(environment_.env);
        of_shape[i] = Value::text(texts_.emplace_back(read_string(environment_, keys.Get(i))));
    }
    if (keys_.size() <= shape) keys_.resize(shape + 1);
    keys_[shape] = std::move(of_shape);
}

/// What lies in the cells, and its text, as values.
class Cells::Unpacking {
  public:
    /// Texts have places from `places`'s `first` on if that is not null.
    Unpacking(const Cells& cells, std::string_view text, Heap& heap, TextPlaces* places, std::uint32_t first)
        : cells_(cells), left_(text), heap_(heap), places_(places), place_(first) {}

    /// Nothing if the text is not that of the strings: a surrogate at one's end joined with one at the next's
    /// beginning.
    std::optional<Value> value() {
        const Value v = next();
        return is_torn_ || !left_.empty() ? std::nullopt : std::optional(v);
    }

  private:
    Value next() {
        if (at_ == kMost) return torn();
        const std::size_t at = at_++;
        const std::int32_t code = cells_.codes_[at];
        if (code >= 0) return string(static_cast<std::size_t>(code));
        switch (code) {
            case kNumber: return Value::number(cells_.numbers_[at]);
            case kNull: return Value::null();
            case kTrue: return Value::boolean(true);
            case kFalse: return Value::boolean(false);
            case kUndefined: return Value::undefined();
            case kArray: return array(cells_.numbers_[at]);
            default: return dict(static_cast<std::size_t>(kShapes - code));
        }
    }

    Value string(std::size_t units) {
        const char* const data = left_.data();
        std::size_t size = units;
        if (units > left_.size()) return torn();
        if (!is_ascii(data, units)) {
            size = 0;
            for (std::size_t counted = 0; counted < units;) {
                if (size == left_.size()) return torn();
                const auto lead = static_cast<unsigned char>(data[size]);
                size += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
                counted += lead < 0xF0 ? 1 : 2;
                if (counted > units) return torn();
            }
        }
        left_.remove_prefix(size);
        if (places_ != nullptr && size > 0) places_->place({data, size}, place_);
        ++place_;
        return Value::text_of(data, size, size - units);
    }

    Value torn() {
        is_torn_ = true;
        left_ = {};
        return Value::null();
    }

    Value array(double size) {
        if (!(size >= 0 && size <= static_cast<double>(kMost))) return torn();
        const std::size_t from = items_.size();
        for (auto left = static_cast<std::size_t>(size); left > 0; --left) {
            const Value item = next();
            items_.push_back(item);
        }
        Array* out = heap_.array_of(std::span(items_).subspan(from));
        items_.resize(from);
        return Value::array(out);
    }

    Value dict(std::size_t shape) {
        if (shape >= cells_.keys_.size()) return torn();
        const std::size_t from = entries_.size();
        for (const Value key : cells_.keys_[shape]) {
            const Value v = next();
            entries_.push_back({key, v});
        }
        Dict* out = heap_.dict_of(Type::Dict, std::span(entries_).subspan(from));
        entries_.resize(from);
        return Value::dict(out);
    }

    const Cells& cells_;
    std::string_view left_;
    Heap& heap_;
    TextPlaces* places_;
    std::uint32_t place_;
    std::size_t at_ = 0;
    bool is_torn_ = false;
    // Of the containers under way.
    std::vector<Value> items_;
    std::vector<Entry> entries_;
};

napi_value Cells::call(const Napi::ObjectReference& function, napi_value given) {
    napi_value undefined = nullptr;
    napi_value result = nullptr;
    checked(environment_, napi_get_undefined(environment_.env, &undefined));
    checked(environment_, napi_call_function(environment_.env, undefined, function.Value(), 1, &given, &result));
    return result;
}

std::optional<Value> Cells::read(napi_value object, Heap& heap) {
    const auto first = static_cast<std::uint32_t>(environment_.registers[kPooled]);
    napi_valuetype type = napi_undefined;
    const napi_value text = call(to_cells_, object);
    checked(environment_, napi_typeof(environment_.env, text, &type));
    return type == napi_string ? unpack(text, first, heap) : std::nullopt;
}

Cells::Follow Cells::follow(napi_value object, std::uint32_t path, Heap& heap) {
    double* const registers = environment_.registers;
    const auto first = static_cast<std::uint32_t>(registers[kPooled]);
    registers[kPath] = path;
    const napi_value told = call(follow_, object);
    const auto found = static_cast<Found>(registers[kFoundAs]);
    if (found != Found::InCells) return {found, {}, told};
    const auto value = unpack(told, first, heap);
    return value ? Follow{found, *value, nullptr} : Follow{Found::Lazy, {}, nullptr};
}

/// What lies in the cells, with its text; its strings have places from `first` on.
std::optional<Value> Cells::unpack(napi_value text, std::uint32_t first, Heap& heap) {
    const auto units = static_cast<std::size_t>(environment_.registers[kPooledUnits]);
    Lane* const lane = environment_.lane();
    const bool has_places = lane != nullptr && lane->has_pool() && lane->texts.bytes() <= kPlaced;
    std::size_t size = 0;
    char* data = nullptr;
    if (units > 0) {
        Heap& texts = has_places ? lane->texts : heap;
        const std::size_t capacity = units * 3 + 1;
        data = static_cast<char*>(texts.allocate(capacity));
        checked(environment_, napi_get_value_string_utf8(environment_.env, text, data, capacity, &size));
        texts.shrink(data, capacity, size);
    }
    const std::string_view all(data, size);
    if (size > units && all.find(kReplacement) != std::string_view::npos) return std::nullopt;
    return Unpacking(*this, all, heap, has_places ? &lane->places : nullptr, first).value();
}

std::uint32_t Cells::next(std::uint32_t node, std::string_view key) {
    std::uint32_t* link = &nodes_[node].child;
    for (std::size_t passed = 0; *link != 0; ++passed) {
        if (nodes_[*link].key == key) return *link;
        if (passed == kMostSiblings) return 0;
        link = &nodes_[*link].sibling;
    }
    if (key.size() > kLongestKey || key.starts_with("__")) return 0;
    const auto fresh = static_cast<std::uint32_t>(nodes_.size());
    *link = fresh;
    nodes_.push_back({.key = std::string(key)});
    return fresh;
}

/// Gives the shape at a node its number, and JavaScript its keys, if it is met often enough.
bool Cells::number(std::uint32_t node, const Dict* dict) {
    if (++nodes_[node].met < kWarm || built_.size() == kMostShapes || dict->size > kMostKeys) return false;
    const HandleScope scope(environment_.env);
    const auto keys = Napi::Array::New(environment_.env, dict->size);
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < dict->size; ++i) {
        keys.Set(i, Napi::Value(environment_.env, write_string(environment_, dict->entries[i].key)));
        names.emplace_back(dict->entries[i].key.as_text());
    }
    const auto shape = static_cast<std::int32_t>(built_.size());
    can_build_ =
        add_builder_.Value().As<Napi::Function>().Call({Napi::Number::New(environment_.env, shape), keys}).ToBoolean();
    if (!can_build_) return false;
    built_.push_back(std::move(names));
    nodes_[node].shape = shape;
    return true;
}

/// Forgets what has no number when there is too much of it.
void Cells::prune() {
    if (!nodes_.empty() && nodes_.size() < numbered_nodes_ + kMostNodes) return;
    nodes_.assign(1, {});
    for (std::size_t shape = 0; shape < built_.size(); ++shape) {
        std::uint32_t node = 0;
        for (const std::string& key : built_[shape]) node = next(node, key);
        if (node != 0 || built_[shape].empty()) nodes_[node].shape = static_cast<std::int32_t>(shape);
    }
    numbered_nodes_ = nodes_.size();
}

/// A result on its way into the cells.
class Cells::Walk {
  public:
    Walk(Cells& cells, Lane& lane, Shape shape, std::uint32_t first)
        : cells_(cells), lane_(lane), shape_(shape), first_(first) {}

    /// False if the value has no cells.
    bool add(Value v, int depth) {
        if (at_ == kMost) return false;
        switch (v.type()) {
            case Type::Int:
            case Type::Double:
                cells_.numbers_[at_] = v.as_number();
                put(kNumber);
                return true;
            case Type::Bool: put(v.as_bool() ? kTrue : kFalse); return true;
            case Type::Null: put(kNull); return true;
            case Type::Undefined: put(kUndefined); return true;
            case Type::String: return add_text(v);
            case Type::Array: return has_cells(v.as_node(), depth) && add_array(v.as_array(), depth);
            case Type::Dict:
            case Type::Object: return has_cells(v.as_node(), depth) && add_dict(v.as_dict(), depth);
            default: return false;
        }
    }
    /// False if there was a shape without a number.
    bool is_known() const { return is_known_; }
    std::uint32_t made() const { return made_; }
    bool is_ascii() const { return is_ascii_; }

  private:
    bool has_cells(const hogvm::Node* node, int depth) const {
        if (depth >= kDeepest) return false;
        if (node->type == Type::Object && (node->traits & kMarked) != 0) return false;
        // In Hog's shape what is held twice is one object, and a tuple has its mark.
        return shape_ == Shape::Host || (node->parent != &kManyParents && !node->is_tuple);
    }

    void put(std::int32_t code) { cells_.codes_[at_++] = code; }

    bool add_text(Value v) {
        const std::string_view text = v.as_text();
        const std::uint32_t next = first_ + made_;
        const std::uint32_t place = lane_.places.place(text, next);
        put(static_cast<std::int32_t>(place));
        if (place != next) return true;
        cells_.lengths_[made_++] = static_cast<std::int32_t>(v.units());
        is_ascii_ = is_ascii_ && v.is_ascii();
        lane_.text.append(text);
        return lane_.text.size() <= kLongest;
    }

    bool add_array(const Array* array, int depth) {
        cells_.numbers_[at_] = array->size;
        put(kArray);
        for (const Value item : array->values())
            if (!add(item, depth + 1)) return false;
        return true;
    }

    bool add_dict(const Dict* dict, int depth) {
        const std::size_t head = at_++;
        std::uint32_t node = 0;
        for (const Entry& e : dict->items()) {
            if (!e.key.is_string()) return false;
            node = cells_.next(node, e.key.as_text());
            if (node == 0 || !add(e.value, depth + 1)) return false;
        }
        const std::int32_t shape = cells_.nodes_[node].shape;
        if (shape < 0 && !cells_.number(node, dict)) is_known_ = false;
        const bool is_map = shape_ == Shape::Hog && dict->type == Type::Dict;
        cells_.codes_[head] = kShapes - 2 * cells_.nodes_[node].shape - (is_map ? 1 : 0);
        return true;
    }

    Cells& cells_;
    Lane& lane_;
    Shape shape_;
    std::uint32_t first_;
    std::uint32_t made_ = 0;
    std::size_t at_ = 0;
    bool is_known_ = true;
    bool is_ascii_ = true;
};

std::optional<Cells::Written> Cells::write(Lane& lane, Value v, Shape shape) {
    if (!can_build_ || (failures_ > kPatience && ++failures_ % kTried != 0)) return std::nullopt;
    prune();
    if (!lane.has_pool()) lane.places.clear();
    const auto first = lane.has_pool() ? static_cast<std::uint32_t>(environment_.registers[kPooled]) : 0;
    lane.text.clear();
    Walk walk(*this, lane, shape, first);
    if (!walk.add(v, 0) || !walk.is_known()) {
        ++failures_;
        return std::nullopt;
    }
    failures_ = 0;
    napi_value text = nullptr;
    if (walk.is_ascii()) {
        checked(environment_, napi_create_string_latin1(environment_.env, lane.text.data(), lane.text.size(), &text));
    } else {
        text = write_string(environment_, std::string_view(lane.text));
    }
    return Written{text, first, walk.made()};
}

}  // namespace hogvm::node
