#include <hogvm/heap.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <random>

#include <hogvm/javascript.h>
#include <hogvm/text.h>

namespace hogvm {

Node kManyParents{.type = Type::Array};

namespace {

constexpr std::size_t kFirstBlock = 16 * 1024;
constexpr std::size_t kLargestBlock = 4 * 1024 * 1024;
constexpr std::uint32_t kLinearEntries = 8;                 // up to here a scan beats an index
constexpr std::int64_t kCostBound = std::int64_t{1} << 52;  // deep sharing can cost more than any number: saturate
constexpr int kParentsFollowed = 64;
constexpr int kReachBudget = 1000;

/// Seeds the hashes of this process's dicts: keys come from outside, and must not be able to collide on purpose.
const std::uint64_t* process_seed() {
    static const struct Seed {
        std::uint64_t words[2];
        Seed() {
            std::random_device device;
            for (auto& word : words) word = std::uint64_t{device()} << 32 | device();
        }
    } seed;
    return seed.words;
}

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
bool same_text(Value a, std::string_view b) {
    const std::string_view text = a.as_text();
    return text.size() == b.size() && (text.data() == b.data() || std::memcmp(text.data(), b.data(), b.size()) == 0);
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

void check_depth(int depth) {
    if (depth > kMaxDepth)
        fail(ErrorKind::Depth, "Values nested too deeply: more than " + std::to_string(kMaxDepth) + " levels");
}

Heap::Heap() { std::copy_n(process_seed(), 2, seed_); }
Heap::~Heap() = default;
Heap::Heap(Heap&&) noexcept = default;
Heap& Heap::operator=(Heap&&) noexcept = default;

void* Heap::allocate_block(std::size_t bytes) {
    // A kept block that is large enough comes first.
    for (std::size_t i = used_blocks_; i < blocks_.size(); ++i) {
        if (blocks_[i].size < bytes) continue;
        std::swap(blocks_[used_blocks_], blocks_[i]);
        const Block& block = blocks_[used_blocks_++];
        next_ = block.data.get() + bytes;
        end_ = block.data.get() + block.size;
        return block.data.get();
    }
    const std::size_t room = max_bytes_ - std::min(max_bytes_, bytes_);
    if (bytes > room)
        fail(ErrorKind::Memory,
             "Out of memory: the values of this run need more than " + std::to_string(max_bytes_) + " bytes");
    const std::size_t size = std::min(room, std::max(bytes, std::clamp(bytes_, kFirstBlock, kLargestBlock)));
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    std::swap(blocks_[used_blocks_], blocks_.back());
    bytes_ += size;
    const Block& block = blocks_[used_blocks_++];
    next_ = block.data.get() + bytes;
    end_ = block.data.get() + size;
    return block.data.get();
}

void Heap::clear(std::size_t keep) {
    if (bytes_ > keep) {
        // Keep the largest that fit; a long run's many blocks go.
        std::sort(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) { return a.size > b.size; });
        std::size_t kept = 0;
        std::erase_if(blocks_, [&](const Block& block) {
            if (kept + block.size > keep) return true;
            kept += block.size;
            return false;
        });
        bytes_ = kept;
    }
    used_blocks_ = 0;
    next_ = end_ = nullptr;
    if (!blocks_.empty()) {
        used_blocks_ = 1;
        next_ = blocks_[0].data.get();
        end_ = next_ + blocks_[0].size;
    }
    has_cycles_ = false;
}

Value Heap::string(std::string_view text) { return string_units(text, text::surplus(text)); }

Value Heap::string_units(std::string_view text, std::size_t surplus) {
    if (text.size() > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: a string of more than 4 GiB");
    char* data = static_cast<char*>(allocate(text.size()));
    if (!text.empty()) std::memcpy(data, text.data(), text.size());
    return Value::text_of(data, text.size(), surplus);
}

Array* Heap::array(std::size_t capacity, bool is_tuple) {
    auto* a = new (allocate(sizeof(Array)))
        Array{{.type = Type::Array, .is_tuple = is_tuple, .epoch = epoch_}, nullptr, 0, nullptr};
    if (capacity > 0) {
        if (capacity > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: an array of more than 4294967295 elements");
        a->buffer = new (allocate(sizeof(Buffer) + capacity * sizeof(Value)))
            Buffer{0, static_cast<std::uint32_t>(capacity), false};
        a->items = a->buffer->items();
    }
    return a;
}

Array* Heap::array_of(std::span<const Value> items, bool is_tuple) {
    Array* a = array(items.size(), is_tuple);
    for (const Value v : items) append(a, v);
    return a;
}

void Heap::append(Array* a, Value v) {
    if (a->buffer == nullptr || a->size == a->buffer->capacity || a->size != a->buffer->used || a->buffer->is_shared) {
        const std::size_t capacity = std::max<std::size_t>(4, std::size_t{a->size} * 2);
        if (capacity > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: an array of more than 4294967295 elements");
        auto* buffer = new (allocate(sizeof(Buffer) + capacity * sizeof(Value)))
            Buffer{a->size, static_cast<std::uint32_t>(capacity), false};
        if (a->size > 0) std::memcpy(static_cast<void*>(buffer->items()), a->items, a->size * sizeof(Value));
        a->buffer = buffer;
        a->items = buffer->items();
    }
    a->items[a->size++] = v;
    a->buffer->used = a->size;
    if (v.is(Type::Hole)) {
        a->has_holes = true;
        return;
    }
    a->cost = std::min(a->cost + cost(v), kCostBound);
    if (v.is_node()) adopt(a, v);
}

Array* Heap::pushed_back(const Array* a, Value v) {
    if (a->has_holes) {  // spreading turns holes into undefined
        Array* dense = array(std::size_t{a->size} + 1);
        for (const Value item : a->values()) append(dense, item.is(Type::Hole) ? Value::undefined() : item);
        append(dense, v);
        return dense;
    }
    const std::int64_t cost_before = cost(Value::array(const_cast<Array*>(a)));
    Buffer* buffer = a->buffer;
    Array* grown;
    if (buffer != nullptr && a->items + a->size == buffer->items() + buffer->used && buffer->used < buffer->capacity) {
        grown = new (allocate(sizeof(Array))) Array(*a);
    } else {
        grown = array(std::max<std::size_t>(4, std::size_t{a->size} * 2));
        if (a->size > 0) std::memcpy(static_cast<void*>(grown->items), a->items, a->size * sizeof(Value));
        grown->size = a->size;
        grown->has_nodes = a->has_nodes;
    }
    // From now on what is in `a` is in another array, too, and add_cost must not trust its parent.
    if (buffer != nullptr) buffer->is_shared = true;
    grown->is_tuple = false;
    grown->visiting = false;
    grown->parent = nullptr;
    grown->epoch = epoch_;
    grown->items[grown->size++] = v;
    grown->buffer->used = static_cast<std::uint32_t>(grown->items + grown->size - grown->buffer->items());
    grown->cost = std::min(cost_before + cost(v), kCostBound);
    if (v.is_node()) adopt(grown, v);
    return grown;
}

Array* Heap::slice(const Array* a, std::size_t from, std::size_t to) {
    auto* part = new (allocate(sizeof(Array))) Array{{.type = Type::Array, .epoch = epoch_}, nullptr, 0, nullptr};
    if (from >= to) return part;
    a->buffer->is_shared = true;
    part->buffer = a->buffer;
    part->items = a->items + from;
    part->size = static_cast<std::uint32_t>(to - from);
    part->has_holes = a->has_holes;
    for (const Value v : part->values()) {
        if (v.is(Type::Hole)) continue;
        part->cost = std::min(part->cost + cost(v), kCostBound);
        if (v.is_node()) adopt(part, v);
    }
    return part;
}

/// Gives the array elements of its own, with room for `capacity`.
void Heap::own_elements(Array* a, std::size_t capacity) {
    const bool was_shared = a->buffer != nullptr && a->buffer->is_shared;
    auto* buffer = new (allocate(sizeof(Buffer) + capacity * sizeof(Value)))
        Buffer{a->size, static_cast<std::uint32_t>(std::min<std::size_t>(capacity, UINT32_MAX)), false};
    if (a->size > 0) std::memcpy(static_cast<void*>(buffer->items()), a->items, a->size * sizeof(Value));
    a->buffer = buffer;
    a->items = buffer->items();
    if (!was_shared) return;
    for (const Value item : a->values())
        if (item.is_node()) item.as_node()->parent = &kManyParents;
}

void Heap::set(Array* a, std::size_t at, Value v) {
    if (at >= a->size) {
        if (at >= UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: an array of more than 4294967295 elements");
        // The room first, so that a write far past the end costs one allocation (and fails before it writes).
        const bool fits =
            a->buffer != nullptr && at < a->buffer->capacity && !a->buffer->is_shared && a->items == a->buffer->items();
        if (!fits) own_elements(a, std::max<std::size_t>(at + 1, std::size_t{a->size} * 2));
        a->has_holes = a->has_holes || at > a->size;
        for (std::size_t i = a->size; i <= at; ++i) a->items[i] = Value::hole();
        a->size = static_cast<std::uint32_t>(at + 1);
        a->buffer->used = a->size;
    } else if (a->buffer->is_shared) {
        own_elements(a, a->size);
    }
    const Value old = a->items[at];
    a->items[at] = v;
    replaced(a, old, v, 0);
}

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
    for (std::uint32_t i = 0; i < d->size; ++i) index_entry(d, i);
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
            if (e.key.is_string() && same_text(e.key, key)) return &e;
        return nullptr;
    }
    const std::uint32_t mask = index_size(d) - 1;
    for (auto at = static_cast<std::uint32_t>(sip_hash(key.data(), key.size(), seed_)) & mask; d->index[at] != 0;
         at = (at + 1) & mask) {
        const Entry& e = d->entries[d->index[at] - 1];
        if (e.key.is_string() && same_text(e.key, key)) return &e;
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

Callable* Heap::callable(CallableKind kind, Value name, Value chunk, std::int64_t arg_count, std::int64_t upvalue_count,
                         std::int64_t ip) {
    auto* c = new (allocate(sizeof(Callable))) Callable{
        {.type = Type::Callable, .epoch = epoch_}, kind, name, chunk, arg_count, upvalue_count, ip, nullptr, nullptr};
    static constexpr std::int64_t kKindUnits[] = {5, 3, 5};  // local, stl, async
    c->cost = 150 + kKindUnits[static_cast<int>(kind)] + (cost(name) - 8) + (cost(chunk) - 8);
    return c;
}

Closure* Heap::closure(Callable* callable, std::span<const std::uint32_t> upvalues) {
    auto* ids = static_cast<std::uint32_t*>(allocate(upvalues.size_bytes()));
    if (!upvalues.empty()) std::memcpy(ids, upvalues.data(), upvalues.size_bytes());
    auto* c = new (allocate(sizeof(Closure)))
        Closure{{.type = Type::Closure, .epoch = epoch_}, callable, static_cast<std::uint32_t>(upvalues.size()), ids};
    c->cost = 78 + callable->cost + 8 * static_cast<std::int64_t>(upvalues.size());
    return c;
}

Value Heap::error(Value type, Value message, Value payload) {
    Dict* o = object(4);
    set(o, Value::ascii("__hogError__"), Value::boolean(true));
    set(o, Value::ascii("type"), type);
    set(o, Value::ascii("message"), message);
    set(o, Value::ascii("payload"), payload);
    return Value::object(o);
}

Value Heap::datetime(Value epoch_seconds, Value zone) {
    Dict* o = object(3);
    set(o, Value::ascii("__hogDateTime__"), Value::boolean(true));
    set(o, Value::ascii("dt"), epoch_seconds);
    set(o, Value::ascii("zone"), zone);
    return Value::object(o);
}

Value Heap::date(Value year, Value month, Value day) {
    Dict* o = object(4);
    set(o, Value::ascii("__hogDate__"), Value::boolean(true));
    set(o, Value::ascii("year"), year);
    set(o, Value::ascii("month"), month);
    set(o, Value::ascii("day"), day);
    return Value::object(o);
}

// Costs.

void Heap::adopt(Node* parent, Value child) {
    parent->has_nodes = true;
    Node* n = child.as_node();
    n->parent = n->parent == nullptr ? parent : &kManyParents;
}

/// Keeps costs right when `parent` lost `old` (a hole: nothing) and got `fresh`, and `extra` bytes for a new key.
void Heap::replaced(Node* parent, Value old, Value fresh, std::int64_t extra) {
    if (!old.is_heavy() && !fresh.is_heavy()) {
        if (extra != 0 || old.is(Type::Hole) != fresh.is(Type::Hole))
            add_cost(parent, extra + (fresh.is(Type::Hole) ? 0 : 8) - (old.is(Type::Hole) ? 0 : 8));
        return;
    }
    if (fresh.is_node() && !has_cycles_ && could_reach(fresh.as_node(), parent)) has_cycles_ = true;
    if (has_cycles_) {
        // Costs of nodes that hold nodes are walked from now on; only what holds none keeps its own.
        const bool had_nodes = parent->has_nodes;
        if (fresh.is_node()) adopt(parent, fresh);
        if (!had_nodes && !fresh.is_node()) parent->cost += extra + cost(fresh) - (old.is(Type::Hole) ? 0 : cost(old));
        return;
    }
    const std::int64_t difference = extra + cost(fresh) - (old.is(Type::Hole) ? 0 : cost(old));
    if (old.is_node() && old.as_node()->parent == parent) old.as_node()->parent = nullptr;
    if (fresh.is_node()) adopt(parent, fresh);
    add_cost(parent, difference);
}

void Heap::add_cost(Node* n, std::int64_t difference) {
    for (int steps = 0; n != nullptr; n = n->parent) {
        const bool is_many =
            n == &kManyParents || (n->type == Type::Array && static_cast<Array*>(n)->buffer->is_shared);
        if (is_many || ++steps > kParentsFollowed) {
            ++epoch_;  // someone's cost may be out of date: all who hold nodes count again when asked
            return;
        }
        n->cost = std::clamp(n->cost + difference, std::int64_t{0}, kCostBound);
    }
}

/// Whether `target` is `from` or might be inside it; "might" where finding out takes long.
bool Heap::could_reach(const Node* from, const Node* target) {
    if (from == target) return true;
    if (!from->has_nodes) return false;
    // Upwards from the target, if it has but one chain of parents.
    const Node* n = target->parent;
    for (int steps = 0; steps < kParentsFollowed; ++steps, n = n->parent) {
        if (n == from) return true;
        if (n == nullptr) return false;
        if (n == &kManyParents) break;
    }
    // Downwards from the other.
    int budget = kReachBudget;
    const auto search = [&](const auto& self, Value v, int depth) -> bool {
        if (!v.is_node()) return false;
        const Node* node = v.as_node();
        if (node == target) return true;
        if (!node->has_nodes) return false;
        if (--budget < 0 || depth > kMaxDepth / 2) return true;
        if (v.is(Type::Array)) {
            for (const Value item : v.as_array()->values())
                if (self(self, item, depth + 1)) return true;
        } else {
            for (const Entry& e : v.as_dict()->items())
                if (self(self, e.key, depth + 1) || self(self, e.value, depth + 1)) return true;
        }
        return false;
    };
    Value v = from->type == Type::Array ? Value::array(static_cast<Array*>(const_cast<Node*>(from)))
                                        : Value::dict(static_cast<Dict*>(const_cast<Node*>(from)));
    return search(search, v, 0);
}

namespace {

Value value_of(Node* n) {
    switch (n->type) {
        case Type::Array: return Value::array(static_cast<Array*>(n));
        case Type::Dict: return Value::dict(static_cast<Dict*>(n));
        case Type::Object: return Value::object(static_cast<Dict*>(n));
        case Type::Closure: return Value::closure(static_cast<Closure*>(n));
        default: return Value::callable(static_cast<Callable*>(n));
    }
}

}  // namespace

std::int64_t Heap::recomputed_cost(Node* n) {
    if (has_cycles_) return walked_cost(value_of(n), 0);
    const auto recompute = [this](const auto& self, Node* node, int depth) -> std::int64_t {
        if (!node->has_nodes || node->epoch == epoch_) return node->cost;
        if (node->visiting) {  // a cycle that came from elsewhere, such as another heap
            has_cycles_ = true;
            return 8;
        }
        const Visit visit(node);
        check_depth(depth);
        std::int64_t sum = 8;
        const auto add = [&](Value v) {
            if (v.is(Type::Hole)) return;
            sum = std::min(sum + (v.is_node() ? self(self, v.as_node(), depth + 1) : cost(v)), kCostBound);
        };
        if (node->type == Type::Array) {
            for (const Value v : static_cast<Array*>(node)->values()) add(v);
        } else {
            for (const Entry& e : static_cast<Dict*>(node)->items()) add(e.key), add(e.value);
        }
        node->cost = sum;
        node->epoch = epoch_;
        return sum;
    };
    const std::int64_t sum = recompute(recompute, n, 0);
    return has_cycles_ ? walked_cost(value_of(n), 0) : sum;
}

/// As the reference does it: a node on the path to itself costs 8.
std::int64_t Heap::walked_cost(Value v, int depth) {
    if (!v.is_node() || !v.as_node()->has_nodes) return cost(v);
    Node* n = v.as_node();
    if (n->visiting) return 8;
    check_depth(depth);
    const Visit visit(n);
    std::int64_t sum = 8;
    const auto add = [&](Value item) {
        if (!item.is(Type::Hole)) sum = std::min(sum + walked_cost(item, depth + 1), kCostBound);
    };
    if (v.is(Type::Array)) {
        for (const Value item : v.as_array()->values()) add(item);
    } else {
        for (const Entry& e : v.as_dict()->items()) add(e.key), add(e.value);
    }
    return sum;
}

// Text.

void TextBuilder::grow(std::size_t more) {
    const std::size_t capacity = std::max<std::size_t>(std::max<std::size_t>(capacity_ * 2, 64), size_ + more);
    char* data = static_cast<char*>(heap_.allocate(capacity));
    if (size_ > 0) std::memcpy(data, data_, size_);
    data_ = data;
    capacity_ = capacity;
}

void TextBuilder::append(std::string_view text) {
    if (text.empty()) return;
    // Half a surrogate pair at the seam joins with the other half.
    if (size_ >= 3 && text.size() >= 3 && text[0] == '\xED' && static_cast<unsigned char>(text[1]) >= 0xB0 &&
        data_[size_ - 3] == '\xED') {
        std::size_t at = 0;
        append_unit(text::next(text, &at));
        text.remove_prefix(3);
    }
    if (text.empty()) return;
    std::memcpy(reserve(text.size()), text.data(), text.size());
    size_ += text.size();
}

void TextBuilder::append(Value string) { append(string.as_text()); }

void TextBuilder::append_unit(std::uint32_t code) {
    if (code < 0x80) return append(static_cast<char>(code));
    std::string bytes;
    if (size_ >= 3 && code >= 0xDC00 && code < 0xE000 && data_[size_ - 3] == '\xED') {
        bytes.assign(data_ + size_ - 3, 3);
        size_ -= 3;
    }
    text::append(code, bytes);
    std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
}

Value TextBuilder::finish() {
    if (size_ == 0) return Value::ascii({});
    if (size_ > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: a string of more than 4 GiB");
    const Value v = Value::text({data_, size_});
    heap_.shrink(data_, capacity_, size_);
    data_ = nullptr;
    size_ = capacity_ = 0;
    return v;
}

}  // namespace hogvm
