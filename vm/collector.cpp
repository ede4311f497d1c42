#include "collector.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace hogvm {
namespace {

constexpr std::size_t kSharedText = 64;  // bytes; a shorter text is copied for each view of it

/// Room to grow in place. It is kept, at most as much again as is used: without it what a program builds in a loop
/// would be copied twice for each collection, and soon each copy would bring about the next collection.
std::size_t spare_of(const Array* a) {
    Buffer* buffer = a->buffer;
    if (a->items + a->size != buffer->items() + buffer->used) return 0;
    return std::min(buffer->capacity - buffer->used, a->size);
}

}  // namespace

Collector::Collector(Heap& heap) : heap_(heap) {
    old_ = std::move(heap_.blocks_);
    std::sort(old_.begin(), old_.end(),
              [](const Heap::Block& a, const Heap::Block& b) { return a.data.get() < b.data.get(); });
    heap_.blocks_.clear();
    heap_.used_blocks_ = 0;
    heap_.next_ = heap_.end_ = nullptr;
    heap_.bytes_ = 0;
    open_texts_ = std::exchange(heap_.open_texts_, {});
    // What is moved was within the bound; failing half-way would leave nothing to go on with.
    max_bytes_ = std::exchange(heap_.max_bytes_, std::numeric_limits<std::size_t>::max() / 2);
}

bool Collector::is_old(const void* at) const {
    const char* p = static_cast<const char*>(at);
    const auto after = std::upper_bound(old_.begin(), old_.end(), p,
                                        [](const char* x, const Heap::Block& b) { return x < b.data.get(); });
    if (after == old_.begin()) return false;
    const Heap::Block& block = *(after - 1);
    return p < block.data.get() + block.size;
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

/// The text on the new blocks, with the room behind it, if it is being built.
const char* Collector::copied(std::string_view text) {
    std::size_t spare = 0;
    for (Heap::OpenText& open : open_texts_) {
        if (open.end != text.data() + text.size()) continue;
        spare = std::min(open.spare, text.size());
        open = {};
    }
    char* to = static_cast<char*>(heap_.allocate(text.size() + spare));
    std::memcpy(to, text.data(), text.size());
    if (spare > 0) heap_.open_text({to + text.size(), spare});
    return to;
}

Node* Collector::moved(Node* n) {
    if (!is_old(n)) return n;
    if (Node* known = forwarded(n)) return known;
    Node* fresh = shell_of(n);
    n->visiting = true;
    n->parent = fresh;
    moved_.push_back(fresh);
    pending_.emplace_back(fresh, n);
    return fresh;
}

/// Where an old node was moved to; null if it was not. No walk is under way between instructions, so one that was moved
/// is marked as visited, and its parent, which its copy has, is the copy.
Node* Collector::forwarded(const Node* old) { return old->visiting ? old->parent : nullptr; }

/// A copy of the node's head, with room for what it holds.
Node* Collector::shell_of(Node* n) {
    switch (n->type) {
        case Type::Array: {
            const auto* old = static_cast<const Array*>(n);
            auto* a = new (heap_.allocate(sizeof(Array))) Array(*old);
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
void Collector::fix_parent(Node* fresh) const {
    if (fresh->parent == nullptr || fresh->parent == &kManyParents || !is_old(fresh->parent)) return;
    const auto* array = fresh->parent->type == Type::Array ? static_cast<const Array*>(fresh->parent) : nullptr;
    if (array != nullptr && array->buffer != nullptr && array->buffer->is_shared) {
        fresh->parent = &kManyParents;
    } else {
        fresh->parent = forwarded(fresh->parent);
    }
}

void Collector::finish() {
    while (!pending_.empty()) {
        const auto [fresh, old] = pending_.back();
        pending_.pop_back();
        fill(fresh, old);
    }
    for (Node* fresh : moved_) {
        fix_parent(fresh);
        // Keys that are nodes hash by their address.
        if (fresh->type == Type::Dict || fresh->type == Type::Object) heap_.build_index(static_cast<Dict*>(fresh));
    }
    old_.clear();
    heap_.max_bytes_ = max_bytes_;
}

}  // namespace hogvm
