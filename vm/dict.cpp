// A heap's dicts and objects: entries in their order, and beyond a few of them an index by hash.
//
// The index is a table of places in the entries, counted from 1, open addressed. Hashes are keyed, since keys come from
// outside and must not be able to collide on purpose. Objects note in their traits which marked keys they have.
#include <hogvm/heap.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

#include <hogvm/javascript.h>

namespace hogvm {
namespace {

constexpr std::uint32_t kEntriesPerLook = 1024;
constexpr std::uint32_t kLinearEntries = 32;  // up to here a scan beats an index

/// SipHash-1-3 (Aumasson and Bernstein), keyed.
std::uint64_t sip_hash(const char* data, std::size_t size, const std::uint64_t* seed) {
    std::uint64_t v0 = seed[0] ^ 0x736f6d6570736575u;
    std::uint64_t v1 = seed[1] ^ 0x646f72616e646f6du;
    std::uint64_t v2 = seed[0] ^ 0x6c7967656e657261u;
    std::uint64_t v3 = seed[1] ^ 0x7465646279746573u;
    const auto round = [&] {
        v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
        v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
        v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
        v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
    };
    std::size_t left = size;
    for (; left >= 8; left -= 8, data += 8) {
        std::uint64_t word;
        std::memcpy(&word, data, 8);
        v3 ^= word;
        round();
        v0 ^= word;
    }
    std::uint64_t word = std::uint64_t{size} << 56;
    std::memcpy(&word, data, left);
    v3 ^= word;
    round();
    v0 ^= word;
    v2 ^= 0xff;
    round(), round(), round();
    return v0 ^ v1 ^ v2 ^ v3;
}

/// Same text, cheaply when it is the same view.
bool same_text(const Value& a, std::string_view b) {
    if (!a.is_string_of(b.size())) return false;
    const char* const text = a.as_text().data();
    // Keys tend to begin alike and to end differently.
    return text == b.data() || b.empty() ||
           (text[b.size() - 1] == b.back() && std::memcmp(text, b.data(), b.size()) == 0);
}

/// The keys that make up a trait; an object has it once all of them are there.
struct TraitKeys {
    Trait trait;
    std::string_view marker;
    std::string_view others[3];
};
constexpr TraitKeys kTraitKeys[] = {
    {kDateTime, "__hogDateTime__", {"dt", "zone"}},
    {kDate, "__hogDate__", {"year", "month", "day"}},
    {kError, "__hogError__", {"type", "message"}},
    {kCallable, "__hogCallable__", {"argCount", "ip", "upvalueCount"}},
    {kClosure, "__hogClosure__", {"callable", "upvalues"}},
    {kSyntax, "__hx_ast", {}},
};

}  // namespace

Dict* Heap::new_dict(Type type, std::size_t capacity) {
    auto* d = new (allocate(sizeof(Dict))) Dict{{.type = type, .epoch = epoch_}, nullptr, 0, 0, nullptr};
    if (capacity > 0) {
        if (capacity > UINT32_MAX / 2) fail(ErrorKind::Memory, "Out of memory: a dict of more than 2147483647 entries");
        d->entries = static_cast<Entry*>(allocate(capacity * sizeof(Entry)));
        d->capacity = static_cast<std::uint32_t>(capacity);
    }
    return d;
}

void Heap::grow(Dict* d) {
    const std::size_t capacity = std::max<std::size_t>(4, std::size_t{d->capacity} * 2);
    if (capacity > UINT32_MAX / 2) fail(ErrorKind::Memory, "Out of memory: a dict of more than 2147483647 entries");
    auto* entries = static_cast<Entry*>(allocate(capacity * sizeof(Entry)));
    if (d->size > 0) std::memcpy(static_cast<void*>(entries), d->entries, d->size * sizeof(Entry));
    d->entries = entries;
    d->capacity = static_cast<std::uint32_t>(capacity);
    d->index = nullptr;
}

/// The size of the index of a dict: a power of two at least twice its capacity.
static std::uint32_t index_size(const Dict* d) { return std::bit_ceil(d->capacity * 2); }

std::uint64_t Heap::hash(Value key) const {
    switch (key.type()) {
        case Type::String: return sip_hash(key.as_text().data(), key.as_text().size(), seed_);
        case Type::Int:
        case Type::Double: {
            double d = key.as_number();
            if (d == 0) d = 0;  // -0 is 0
            if (std::isnan(d)) d = std::numeric_limits<double>::quiet_NaN();
            const auto bits = std::bit_cast<std::uint64_t>(d);
            return sip_hash(reinterpret_cast<const char*>(&bits), sizeof bits, seed_);
        }
        case Type::Bool: return key.as_bool() ? 1 : 2;
        case Type::Null: return 3;
        case Type::Undefined:
        case Type::Hole: return 4;
        default: {
            const auto bits = reinterpret_cast<std::uintptr_t>(key.as_node());
            return sip_hash(reinterpret_cast<const char*>(&bits), sizeof bits, seed_);
        }
    }
}

void Heap::index_entry(Dict* d, std::uint32_t position) {
    const std::uint32_t mask = index_size(d) - 1;
    auto at = static_cast<std::uint32_t>(hash(d->entries[position].key)) & mask;
    while (d->index[at] != 0) at = (at + 1) & mask;
    d->index[at] = position + 1;
}

void Heap::build_index(Dict* d) {
    if (d->size <= kLinearEntries) return;
    const std::size_t bytes = index_size(d) * sizeof(std::uint32_t);
    if (d->index == nullptr) d->index = static_cast<std::uint32_t*>(allocate(bytes));
    std::memset(d->index, 0, bytes);
    for (std::uint32_t i = 0; i < d->size; ++i) {
        index_entry(d, i);
        if (i % kEntriesPerLook == kEntriesPerLook - 1) spend(4 * kEntriesPerLook);
    }
}

Dict* Heap::dict_of(Type type, std::span<const Entry> distinct) {
    Dict* d = new_dict(type, distinct.size());
    if (distinct.empty()) return d;
    std::memcpy(static_cast<void*>(d->entries), distinct.data(), distinct.size_bytes());
    d->size = static_cast<std::uint32_t>(distinct.size());
    build_index(d);
    for (const Entry& e : distinct) {
        d->cost = std::min(d->cost + cost(e.key) + cost(e.value), kCostBound);
        if (e.value.is_node()) adopt(d, e.value);
        if (type == Type::Object) note_traits(d, e.key.as_text());
    }
    return d;
}

Dict* Heap::object_of(std::span<const Entry> members) {
    bool is_plain = true;
    for (std::size_t i = 0; is_plain && i < members.size(); ++i) {
        const std::string_view key = members[i].key.as_text();
        is_plain = key.empty() || key[0] > '9' || !javascript::array_index(key);
        for (std::size_t j = 0; is_plain && members.size() <= kLinearEntries && j < i; ++j)
            is_plain = !same_text(members[j].key, key);
    }
    if (is_plain && members.size() <= kLinearEntries) return dict_of(Type::Object, members);
    Dict* d = object(members.size());
    for (const Entry& e : members) set_member(d, e.key, e.value);
    return d;
}

const Entry* Heap::find(const Dict* d, std::string_view key) const {
    if (d->size <= kLinearEntries || d->index == nullptr) {
        for (const Entry& e : d->items())
            if (same_text(e.key, key)) return &e;
        return nullptr;
    }
    const std::uint32_t mask = index_size(d) - 1;
    for (auto at = static_cast<std::uint32_t>(sip_hash(key.data(), key.size(), seed_)) & mask; d->index[at] != 0;
         at = (at + 1) & mask) {
        const Entry& e = d->entries[d->index[at] - 1];
        if (same_text(e.key, key)) return &e;
    }
    return nullptr;
}

const Entry* Heap::find(const Dict* d, Value key) const {
    if (key.is_string()) return find(d, key.as_text());
    if (d->size <= kLinearEntries || d->index == nullptr) {
        for (const Entry& e : d->items())
            if (javascript::same_value_zero(e.key, key)) return &e;
        return nullptr;
    }
    const std::uint32_t mask = index_size(d) - 1;
    for (auto at = static_cast<std::uint32_t>(hash(key)) & mask; d->index[at] != 0; at = (at + 1) & mask) {
        const Entry& e = d->entries[d->index[at] - 1];
        if (javascript::same_value_zero(e.key, key)) return &e;
    }
    return nullptr;
}

void Heap::set(Dict* d, Value key, Value v) {
    if (const Entry* found = find(d, key)) {
        Value& place = const_cast<Entry*>(found)->value;
        const Value old = place;
        place = v;
        replaced(d, old, v, 0);
        return;
    }
    if (d->size == d->capacity) grow(d);
    if (key.is(Type::Double) && key.as_double() == 0) key = Value::integer(0);  // a Map keeps -0 as 0
    d->entries[d->size++] = {key, v};
    if (d->size > kLinearEntries) {
        if (d->index == nullptr) {
            build_index(d);
        } else {
            index_entry(d, d->size - 1);
        }
    }
    if (d->type == Type::Object) note_traits(d, key.as_text());
    replaced(d, Value::hole(), v, cost(key));
    if (key.is_node()) adopt(d, key);
}

/// Traits come from keys that start with "__h", so that ordinary objects pay one comparison a key.
void Heap::note_traits(Dict* object, std::string_view key) {
    if (key.starts_with("__h")) object->traits |= kMarked;
    if ((object->traits & kMarked) == 0) return;
    for (const TraitKeys& t : kTraitKeys) {
        if ((object->traits & t.trait) != 0 || find(object, t.marker) == nullptr) continue;
        const bool complete = std::all_of(std::begin(t.others), std::end(t.others),
                                          [&](std::string_view other) { return other.empty() || find(object, other); });
        if (complete) object->traits |= t.trait;
    }
}

void Heap::set_member(Dict* object, Value key, Value v) {
    const auto index = javascript::array_index(key.as_text());
    if (!index || find(object, key.as_text()) != nullptr) return set(object, key, v);
    // Its place is before the first key that is no array index, or is a greater one.
    std::uint32_t place = 0;
    while (place < object->size) {
        const auto other = javascript::array_index(object->entries[place].key.as_text());
        if (!other || *other > *index) break;
        ++place;
    }
    set(object, key, v);
    if (place + 1 == object->size) return;
    std::rotate(object->entries + place, object->entries + object->size - 1, object->entries + object->size);
    build_index(object);
}

}  // namespace hogvm
