// A heap's dicts and objects: entries in their order, and beyond a few of them an index by hash.
//
// The index is a table of slots, open addressed, at most half of them taken: a key's hash and the place of its entry.
// Other keys are told apart by their hashes, and a dict that grows takes these over. Hashes are keyed, since keys come
// from outside and must not be able to collide on purpose. Objects note in their traits which marked keys they have.
#include <hogvm/heap.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include <hogvm/hash.h>
#include <hogvm/javascript.h>
#include <hogvm/work.h>

namespace hogvm {
namespace {

constexpr std::uint32_t kEntriesPerLook = 1024;
constexpr std::size_t kLongText = 4096;  // bytes; to hash one or to compare it takes time
constexpr std::size_t kBytesPerStep = 64;
constexpr std::uint32_t kLinearEntries = 8;  // up to here a scan beats an index
// What is made whole, as from a document, has an index from here on only: much of it is passed on and never searched.
constexpr std::uint32_t kLinearWhole = 32;

/// Same key, cheaply when it is the same view.
bool is_key(const Value& a, std::string_view b) {
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

namespace {

/// How many slots the index of a dict has: a power of two at least twice its capacity.
std::uint32_t index_size(const Dict* d) { return std::bit_ceil(d->capacity * 2); }

/// Puts into the index what is not in it.
void insert(Dict* d, Slot slot) {
    const std::uint32_t mask = index_size(d) - 1;
    std::uint32_t at = slot.hash & mask;
    while (d->index[at].place != 0) at = (at + 1) & mask;
    d->index[at] = slot;
}

/// The entry whose key is the same. `hash` is the key's where the dict has an index.
template <typename IsSame>
[[gnu::always_inline]] inline Entry* find_entry(const Dict* d, std::uint32_t hash, IsSame is_same) {
    if (d->index == nullptr) {
        for (std::uint32_t i = 0; i < d->size; ++i)
            if (is_same(d->entries[i].key)) return &d->entries[i];
        return nullptr;
    }
    const std::uint32_t mask = index_size(d) - 1;
    for (std::uint32_t at = hash & mask; d->index[at].place != 0; at = (at + 1) & mask) {
        Entry& e = d->entries[d->index[at].place - 1];
        if (d->index[at].hash == hash && is_same(e.key)) return &e;
    }
    return nullptr;
}

/// Keys that are array indices come first, in ascending order; the others stay in theirs.
std::uint32_t rank(Value key) { return javascript::array_index(key.as_text()).value_or(UINT32_MAX); }

}  // namespace

void Heap::new_index(Dict* d) {
    const std::size_t bytes = index_size(d) * sizeof(Slot);
    d->index = static_cast<Slot*>(allocate(bytes));
    std::memset(static_cast<void*>(d->index), 0, bytes);
}

void Heap::grow(Dict* d) {
    const std::size_t capacity = std::max<std::size_t>(4, std::size_t{d->capacity} * 2);
    if (capacity > UINT32_MAX / 2) fail(ErrorKind::Memory, "Out of memory: a dict of more than 2147483647 entries");
    auto* entries = static_cast<Entry*>(allocate(capacity * sizeof(Entry)));
    copy_bytes(entries, d->entries, d->size * sizeof(Entry));
    const Slot* const old = d->index;
    const std::uint32_t old_size = index_size(d);
    d->entries = entries;
    d->capacity = static_cast<std::uint32_t>(capacity);
    if (old == nullptr) return;
    d->index = nullptr;
    new_index(d);
    for (std::uint32_t i = 0; i < old_size; ++i)
        if (old[i].place != 0) insert(d, old[i]);
    spend(old_size);
}

std::uint32_t Heap::hash(std::string_view text) const {
    return static_cast<std::uint32_t>(keyed_hash(text.data(), text.size(), seed_));
}

std::uint32_t Heap::hash(Value key) const {
    const auto hash_of = [this](std::uint64_t bits) {
        return static_cast<std::uint32_t>(keyed_hash(reinterpret_cast<const char*>(&bits), sizeof bits, seed_));
    };
    switch (key.type()) {
        case Type::String: return hash(key.as_text());
        case Type::Int:
        case Type::Double: {
            double d = key.as_number();
            if (d == 0) d = 0;  // -0 is 0
            if (std::isnan(d)) d = std::numeric_limits<double>::quiet_NaN();
            return hash_of(std::bit_cast<std::uint64_t>(d));
        }
        case Type::Bool: return key.as_bool() ? 1 : 2;
        case Type::Null: return 3;
        case Type::Undefined:
        case Type::Hole: return 4;
        default: return hash_of(reinterpret_cast<std::uintptr_t>(key.as_node()));
    }
}

void Heap::build_index(Dict* d) {
    if (d->size <= kLinearEntries) return;
    if (d->index == nullptr) {
        new_index(d);
    } else {
        std::memset(static_cast<void*>(d->index), 0, index_size(d) * sizeof(Slot));
    }
    for (std::uint32_t i = 0; i < d->size; ++i) {
        insert(d, {hash(d->entries[i].key), i + 1});
        if (i % kEntriesPerLook == kEntriesPerLook - 1) spend(4 * kEntriesPerLook);
    }
}

Dict* Heap::dict_of(Type type, std::span<const Entry> distinct) {
    Dict* d = new_dict(type, distinct.size());
    if (distinct.empty()) return d;
    std::memcpy(static_cast<void*>(d->entries), distinct.data(), distinct.size_bytes());
    d->size = static_cast<std::uint32_t>(distinct.size());
    if (d->size > kLinearWhole) build_index(d);
    std::int64_t cost_of_all = d->cost;
    for (const Entry& e : distinct) {
        cost_of_all = std::min(cost_of_all + cost(e.key) + cost(e.value), kCostBound);
        if (e.value.is_node()) adopt(d, e.value);
        if (type == Type::Object) note_traits(d, e.key.as_text());
    }
    d->cost = cost_of_all;
    return d;
}

Dict* Heap::object_of(std::span<const Entry> members) {
    bool is_plain = true;
    for (std::size_t i = 0; is_plain && i < members.size(); ++i) {
        const std::string_view key = members[i].key.as_text();
        is_plain = key.empty() || key[0] > '9' || !javascript::array_index(key);
        for (std::size_t j = 0; is_plain && members.size() <= kLinearWhole && j < i; ++j)
            is_plain = !is_key(members[j].key, key);
    }
    if (is_plain && members.size() <= kLinearWhole) return dict_of(Type::Object, members);
    Dict* d = object(members.size());
    for (const Entry& e : members) set(d, e.key, e.value);
    // All at once: each by itself would move all that are greater.
    std::stable_sort(d->entries, d->entries + d->size,
                     [](const Entry& a, const Entry& b) { return rank(a.key) < rank(b.key); });
    build_index(d);
    return d;
}

const Entry* Heap::find(const Dict* d, std::string_view key) const {
    return find_entry(d, d->index != nullptr ? hash(key) : 0, [key](Value other) { return is_key(other, key); });
}

const Entry* Heap::find(const Dict* d, Value key) const {
    if (key.is_string()) return find(d, key.as_text());
    return find_entry(d, d->index != nullptr ? hash(key) : 0,
                      [key](Value other) { return javascript::same_value_zero(other, key); });
}

void Heap::set(Dict* d, Value key, Value v) {
    const std::string_view text = key.is_string() ? key.as_text() : std::string_view();
    if (text.size() > kLongText) [[unlikely]]
        work_done(text.size() / kBytesPerStep);
    const std::uint32_t hash_of_key = d->index == nullptr ? 0 : key.is_string() ? hash(text) : hash(key);
    Entry* const found =
        key.is_string()
            ? find_entry(d, hash_of_key, [text](Value other) { return is_key(other, text); })
            : find_entry(d, hash_of_key, [key](Value other) { return javascript::same_value_zero(other, key); });
    if (found != nullptr) {
        const Value old = std::exchange(found->value, v);
        replaced(d, old, v, 0);
        return;
    }
    if (d->size == d->capacity) grow(d);
    if (key.is(Type::Double) && key.as_double() == 0) key = Value::integer(0);  // a Map keeps -0 as 0
    d->entries[d->size++] = {key, v};
    if (d->index != nullptr) {
        insert(d, {hash_of_key, d->size});
    } else if (d->size > kLinearEntries) {
        build_index(d);
    }
    if (d->type == Type::Object) note_traits(d, text);
    if (!v.is_node() && !key.is_node() && !has_cycles_) return add_cost(d, cost(key) + cost(v));
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
    const Entry* const after = std::upper_bound(object->entries, object->entries + object->size, *index,
                                                [](std::uint32_t i, const Entry& e) { return i < rank(e.key); });
    const auto place = static_cast<std::uint32_t>(after - object->entries);
    set(object, key, v);
    if (place + 1 == object->size) return;
    std::rotate(object->entries + place, object->entries + object->size - 1, object->entries + object->size);
    build_index(object);
}

}  // namespace hogvm
