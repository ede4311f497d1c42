#include <hogvm/heap.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <random>

#include <hogvm/hash.h>
#include <hogvm/text.h>
#include <hogvm/work.h>

namespace hogvm {
namespace {

constexpr std::size_t kFirstBlock = 16 * 1024;
constexpr std::size_t kLargestBlock = 4 * 1024 * 1024;
constexpr std::size_t kLarge = 1024 * 1024;  // an allocation from here on has a block of its own
constexpr std::size_t kBytesPerStep = 16;    // to fill

}  // namespace

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

void check_depth(int depth) {
    if (depth > kMaxDepth)
        fail(ErrorKind::Depth, "Values nested too deeply: more than " + std::to_string(kMaxDepth) + " levels");
}

Heap::Heap() { std::copy_n(process_seed(), 2, seed_); }
Heap::~Heap() = default;
Heap::Heap(Heap&&) noexcept = default;
Heap& Heap::operator=(Heap&&) noexcept = default;

void Heap::check_room(std::size_t bytes) const {
    if (bytes > max_bytes_ - std::min(max_bytes_, bytes_))
        fail(ErrorKind::Memory,
             "Out of memory: the values of this run need more than " + std::to_string(max_bytes_) + " bytes");
}

/// What is large has a block of its own, so that the collector need not move it. The open block stays open.
void* Heap::allocate_large(std::size_t bytes) {
    spend(bytes / kBytesPerStep);
    check_room(bytes);
    blocks_.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes, true});
    char* const data = blocks_.back().data.get();
    std::swap(blocks_[used_blocks_++], blocks_.back());
    bytes_ += bytes;
    large_bytes_ += bytes;
    if (alarm_ != nullptr) *alarm_ = 1;
    return data;
}

void* Heap::allocate_block(std::size_t bytes) {
    if (bytes >= kLarge) return allocate_large(bytes);
    // A kept block that is large enough comes first.
    for (std::size_t i = used_blocks_; i < blocks_.size(); ++i) {
        if (blocks_[i].size < taken(bytes)) continue;
        spend(blocks_[i].size / kBytesPerStep);
        std::swap(blocks_[used_blocks_], blocks_[i]);
        begin_block(blocks_[used_blocks_++]);
        return allocate(bytes);
    }
    check_room(taken(bytes));
    const std::size_t room = max_bytes_ - bytes_;
    const std::size_t size = std::min(room, std::max(taken(bytes), std::clamp(bytes_, kFirstBlock, kLargestBlock)));
    spend(size / kBytesPerStep);
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    std::swap(blocks_[used_blocks_], blocks_.back());
    bytes_ += size;
    if (alarm_ != nullptr) *alarm_ = 1;
    begin_block(blocks_[used_blocks_++]);
    return allocate(bytes);
}

void Heap::begin_block(const Block& block) {
    next_ = block.data.get();
    end_ = next_ + block.size;
    poison::hide(next_, block.size);
}

void Heap::clear_blocks(std::size_t keep) {
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
    for (const Block& block : blocks_) poison::hide(block.data.get(), block.size);
    for (Block& block : blocks_) block.is_large = false;
    large_bytes_ = 0;
    used_blocks_ = 0;
    next_ = end_ = nullptr;
    if (!blocks_.empty()) begin_block(blocks_[used_blocks_++]);
    has_cycles_ = false;
    open_texts_ = {};
    is_torn_ = false;
}

Value Heap::string(std::string_view text) { return string_units(text, text::surplus(text)); }

Value Heap::string_units(std::string_view text, std::size_t surplus) {
    if (text.size() > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: a string of more than 4 GiB");
    char* data = static_cast<char*>(allocate(text.size()));
    copy_bytes(data, text.data(), text.size());
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
    if (items.empty()) return a;
    std::memcpy(static_cast<void*>(a->items), items.data(), items.size_bytes());
    a->size = a->buffer->used = static_cast<std::uint32_t>(items.size());
    std::int64_t cost_of_all = a->cost;
    for (Value& v : std::span(a->items, a->size)) {
        v = v.charged(false);
        if (v.is(Type::Hole)) {
            a->has_holes = true;
        } else {
            cost_of_all = std::min(cost_of_all + cost(v), kCostBound);
        }
        if (v.is_node()) adopt(a, v);
    }
    a->cost = cost_of_all;
    return a;
}

void Heap::append_slowly(Array* a, Value v) {
    if (a->buffer == nullptr || a->size == a->buffer->capacity || a->size != a->buffer->used || a->buffer->is_shared) {
        const std::size_t capacity = std::max<std::size_t>(4, std::size_t{a->size} * 2);
        if (capacity > UINT32_MAX) fail(ErrorKind::Memory, "Out of memory: an array of more than 4294967295 elements");
        auto* buffer = new (allocate(sizeof(Buffer) + capacity * sizeof(Value)))
            Buffer{a->size, static_cast<std::uint32_t>(capacity), false};
        copy_bytes(buffer->items(), a->items, a->size * sizeof(Value));
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

Array* Heap::pushed_back_slowly(const Array* a, Value v) {
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
        copy_bytes(grown->items, a->items, a->size * sizeof(Value));
        grown->size = a->size;
        grown->has_nodes = a->has_nodes;
    }
    // From now on what is in `a` is in another array, too, and add_cost must not trust its parent.
    if (buffer != nullptr) buffer->is_shared = true;
    grown->is_tuple = false;
    grown->visiting = false;
    grown->is_frozen = false;
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
    copy_bytes(buffer->items(), a->items, a->size * sizeof(Value));
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

}  // namespace hogvm
