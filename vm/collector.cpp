#include "collector.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace hogvm {
namespace {

constexpr std::size_t kSharedText = 64;      // bytes; a shorter text is copied for each view of it
constexpr std::size_t kNodesPerLook = 1024;  // between two looks at the clock

std::size_t size_of(const Node* n) {
    if (n->type == Type::Array) return static_cast<const Array*>(n)->size;
    return n->type == Type::Dict || n->type == Type::Object ? static_cast<const Dict*>(n)->size : 0;
}

/// Room to grow in place. It is kept, at most as much again as is used: without it what a program builds in a loop
/// would be copied twice for each collection, and soon each copy would bring about the next collection.
std::size_t spare_of(const Array* a) {
    Buffer* buffer = a->buffer;
    if (a->items + a->size != buffer->items() + buffer->used) return 0;
    return std::min(buffer->capacity - buffer->used, a->size);
}

// Of an old node that was moved. Its cost is not needed any more, the fresh one has it.
Node* fresh_of(const Node* old) { return old->parent; }
Node* next_of(const Node* old) { return reinterpret_cast<Node*>(static_cast<std::uintptr_t>(old->cost)); }
void set_next(Node* old, const Node* next) {
    old->cost = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(next));
}

}  // namespace

Collector::Collector(Heap& heap, Watch& watch) : heap_(heap), watch_(watch) {
    old_ = std::move(heap_.blocks_);
    std::sort(old_.begin(), old_.end(),
              [](const Heap::Block& a, const Heap::Block& b) { return a.data.get() < b.data.get(); });
    kept_.assign(old_.size(), false);
    heap_.blocks_.clear();
    heap_.used_blocks_ = 0;
    heap_.next_ = heap_.end_ = nullptr;
    heap_.bytes_ = heap_.large_bytes_ = 0;
    open_texts_ = std::exchange(heap_.open_texts_, {});
    // What is moved was within the bound; failing half-way would leave nothing to go on with.
    max_bytes_ = std::exchange(heap_.max_bytes_, std::numeric_limits<std::size_t>::max() / 2);
    heap_.is_torn_ = true;
}

Collector::~Collector() {
    if (is_whole_) return;
    kept_.assign(old_.size(), true);  // some values are here, some there
    take_back();
}

/// Gives the heap the old blocks that are kept.
void Collector::take_back() {
    for (std::size_t i = 0; i < old_.size(); ++i) {
        if (!kept_[i]) continue;
        heap_.bytes_ += old_[i].size;
        if (old_[i].is_large) heap_.large_bytes_ += old_[i].size;
        heap_.blocks_.push_back(std::move(old_[i]));
        std::swap(heap_.blocks_[heap_.used_blocks_++], heap_.blocks_.back());
    }
    old_.clear();
    heap_.max_bytes_ = max_bytes_;
}

Heap::Block* Collector::old_block(const void* at) {
    const char* p = static_cast<const char*>(at);
    const auto after = std::upper_bound(old_.begin(), old_.end(), p,
                                        [](const char* x, const Heap::Block& b) { return x < b.data.get(); });
    if (after == old_.begin()) return nullptr;
    Heap::Block& block = *(after - 1);
    return p < block.data.get() + block.size ? &block : nullptr;
}

bool Collector::keeps(const void* at) {
    const Heap::Block* block = old_block(at);
    if (block == nullptr || !block->is_large) return false;
    kept_[static_cast<std::size_t>(block - old_.data())] = true;
    return true;
}

void Collector::move(Value& v) {
    if (v.is_string()) return move_text(v);
    if (!v.is_node()) return;
    const bool charged = v.is_charged();
    Node* n = moved(v.as_node());
    switch (v.type()) {
        case Type::Array: v = Value::array(static_cast<Array*>(n)); break;
        case Type::Dict: v = Value::dict(static_cast<Dict*>(n)); break;
        case Type::Object: v = Value::object(static_cast<Dict*>(n)); break;
        case Type::Closure: v = Value::closure(static_cast<Closure*>(n)); break;
        default: v = Value::callable(static_cast<Callable*>(n)); break;
    }
    v = v.charged(charged);
}

void Collector::move(const Closure*& closure) {
    if (closure != nullptr) closure = static_cast<const Closure*>(moved(const_cast<Closure*>(closure)));
}

void Collector::move(const Callable*& callable) {
    if (callable != nullptr) callable = static_cast<const Callable*>(moved(const_cast<Callable*>(callable)));
}

void Collector::move_text(Value& v) {
    const std::string_view s = v.as_text();
    if (s.empty() || !is_old(s.data())) return;
    if (keeps(s.data())) {
        if (const std::size_t spare = take_spare(s)) heap_.open_text({s.data() + s.size(), spare});
        return;
    }
    const bool charged = v.is_charged();
    const std::size_t surplus = s.size() - v.units();
    const char* to = nullptr;
    if (s.size() >= kSharedText) {
        const auto found = moved_text_.find(s.data());
        // A view from the same place that was longer has this one's text, too.
        if (found != moved_text_.end() && found->second.size() >= s.size()) to = found->second.data();
    }
    if (to == nullptr) {
        to = copied(s);
        if (s.size() >= kSharedText) moved_text_[s.data()] = {to, s.size()};
    }
    v = Value::text_of(to, s.size(), surplus).charged(charged);
}

/// How much room is kept behind a text, if it is being built; it is asked for but once.
std::size_t Collector::take_spare(std::string_view text) {
    for (Heap::OpenText& open : open_texts_)
        if (open.end == text.data() + text.size()) return std::exchange(open, {}).spare;
    return 0;
}

/// The text on the new blocks, with room behind it if there was some, at most as much again.
const char* Collector::copied(std::string_view text) {
    const std::size_t spare = std::min(take_spare(text), text.size());
    char* to = static_cast<char*>(heap_.allocate(text.size() + spare));
    std::memcpy(to, text.data(), text.size());
    if (spare > 0) heap_.open_text({to + text.size(), spare});
    return to;
}

Node* Collector::moved(Node* n) {
    if (!is_old(n)) return n;
    if (n->is_moved) return fresh_of(n);
    Node* fresh = shell_of(n);
    n->is_moved = true;
    n->parent = fresh;  // the fresh one has a copy of what was there
    set_next(n, nullptr);
    if (last_moved_ != nullptr) set_next(last_moved_, n);
    if (first_moved_ == nullptr) first_moved_ = n;
    last_moved_ = n;
    return fresh;
}

/// A copy of the node's head, with room for what it holds.
Node* Collector::shell_of(Node* n) {
    switch (n->type) {
        case Type::Array: {
            const auto* old = static_cast<const Array*>(n);
            auto* a = new (heap_.allocate(sizeof(Array))) Array(*old);
            if (old->buffer != nullptr && keeps(old->buffer)) return a;
            a->buffer = nullptr;
            a->items = nullptr;
            if (old->size > 0) {
                const std::size_t capacity = old->size + spare_of(old);
                a->buffer = new (heap_.allocate(sizeof(Buffer) + capacity * sizeof(Value)))
                    Buffer{old->size, static_cast<std::uint32_t>(capacity), old->buffer->is_shared};
                a->items = a->buffer->items();
            }
            return a;
        }
        case Type::Dict:
        case Type::Object: {
            const auto* old = static_cast<const Dict*>(n);
            auto* d = new (heap_.allocate(sizeof(Dict))) Dict(*old);
            d->index = nullptr;
            if (old->entries != nullptr && keeps(old->entries)) return d;
            d->capacity = std::min(old->capacity, old->size * 2);
            d->entries = d->capacity > 0 ? static_cast<Entry*>(heap_.allocate(d->capacity * sizeof(Entry))) : nullptr;
            return d;
        }
        case Type::Closure: {
            const auto* old = static_cast<const Closure*>(n);
            auto* c = new (heap_.allocate(sizeof(Closure))) Closure(*old);
            if (old->upvalue_count > 0) {
                auto* ids = static_cast<std::uint32_t*>(heap_.allocate(old->upvalue_count * sizeof(std::uint32_t)));
                std::memcpy(ids, old->upvalues, old->upvalue_count * sizeof(std::uint32_t));
                c->upvalues = ids;
            }
            return c;
        }
        default: return new (heap_.allocate(sizeof(Callable))) Callable(*static_cast<const Callable*>(n));
    }
}

void Collector::fill(Node* fresh, const Node* old) {
    switch (old->type) {
        case Type::Array: {
            auto* a = static_cast<Array*>(fresh);
            const auto* from = static_cast<const Array*>(old);
            for (std::size_t i = 0; i < from->size; ++i) {
                a->items[i] = from->items[i];
                move(a->items[i]);
            }
            break;
        }
        case Type::Dict:
        case Type::Object: {
            auto* d = static_cast<Dict*>(fresh);
            const auto* from = static_cast<const Dict*>(old);
            for (std::size_t i = 0; i < from->size; ++i) {
                d->entries[i] = from->entries[i];
                move(d->entries[i].key);
                move(d->entries[i].value);
            }
            break;
        }
        case Type::Closure: {
            auto* c = static_cast<Closure*>(fresh);
            c->callable = static_cast<Callable*>(moved(c->callable));
            break;
        }
        default: {
            auto* c = static_cast<Callable*>(fresh);
            move(c->name);
            move(c->chunk);
        }
    }
}

/// A parent that was not reached is gone; of one whose elements another array shares, nothing is known any more.
void Collector::fix_parent(Node* fresh) {
    if (fresh->parent == nullptr || fresh->parent == &kManyParents || !is_old(fresh->parent)) return;
    const auto* array = fresh->parent->type == Type::Array ? static_cast<const Array*>(fresh->parent) : nullptr;
    if (array != nullptr && array->buffer != nullptr && array->buffer->is_shared) {
        fresh->parent = &kManyParents;
    } else {
        fresh->parent = fresh->parent->is_moved ? fresh_of(fresh->parent) : nullptr;
    }
}

void Collector::finish() {
    std::size_t nodes = 0;
    const auto look = [&](const Node* old) {
        nodes += 1 + size_of(old) / 8;
        if (nodes < kNodesPerLook) return;
        watch_.worked(4 * nodes);
        nodes = 0;
    };
    for (const Node* old = first_moved_; old != nullptr; old = next_of(old)) {
        fill(fresh_of(old), old);
        look(old);
    }
    for (const Node* old = first_moved_; old != nullptr; old = next_of(old)) {
        Node* const fresh = fresh_of(old);
        fix_parent(fresh);
        // Keys that are nodes hash by their address.
        if (fresh->type == Type::Dict || fresh->type == Type::Object) heap_.build_index(static_cast<Dict*>(fresh));
        look(old);
    }
    take_back();
    heap_.is_torn_ = false;
    is_whole_ = true;
}

}  // namespace hogvm
