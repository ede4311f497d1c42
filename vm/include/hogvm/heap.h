// The heap: where a run's values live, and what they cost.
//
// Memory comes from an arena: blocks that are filled front to back and given up all at once. There are no reference
// counts and no destructors. A Vm keeps its heap's blocks between runs, so a warmed-up run calls malloc zero times. A
// run that has allocated a lot is kept small by Collector (collector.h), which the interpreter calls between
// instructions: no function of the library ever has to think about it.
//
// Costs. The reference's memory limit is in terms of what a value costs deeply; it recomputes that at each push. Here a
// node carries its cost. Only SET_PROPERTY changes a node, and set() adds the difference to the node and to the chain
// of its parents. A node that several nodes hold has no such chain; then `epoch` moves on, and nodes that hold nodes
// recompute their cost when next asked, once an epoch. A node that holds itself costs 8 where it recurs, so once a
// cycle may exist, nodes that hold nodes are costed by walking, as the reference does it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/error.h>
#include <hogvm/poison.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

namespace hogvm {
class Collector;  // hidden: a name has the visibility of its first declaration
}

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// How deeply values may nest: in JSON, in conversions, in what is printed.
inline constexpr int kMaxDepth = 2000;

/// Deep sharing can cost more than any number: costs stay at this.
inline constexpr std::int64_t kCostBound = std::int64_t{1} << 52;

/// Raises Failure{Depth} past kMaxDepth.
void check_depth(int depth);

/// Whoever wants to know how much work goes into values: a run, whose time may be up.
class Watch {
  public:
    /// So many small steps more were done. May raise Failure.
    virtual void worked(std::size_t steps) = 0;
    /// For how many milliseconds it may be left alone from now on. May raise Failure.
    virtual double patience_ms() = 0;
    /// How many bytes more there may be of values.
    virtual std::size_t room() const = 0;

  protected:
    ~Watch() = default;
};

/// Marks a node as on the path of a walk, for as long as this lives. What is frozen needs no mark: it holds no cycles.
class Visit {
  public:
    explicit Visit(Node* node) : node_(node->is_frozen ? nullptr : node) {
        if (node_ != nullptr) node_->visiting = true;
    }
    ~Visit() {
        if (node_ != nullptr) node_->visiting = false;
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

  private:
    Node* node_;
};

class Heap {
  public:
    Heap();
    ~Heap();
    Heap(Heap&&) noexcept;
    Heap& operator=(Heap&&) noexcept;
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    /// Bytes aligned to 8. Raises Failure{Memory} when the heap would exceed max_bytes().
    void* allocate(std::size_t bytes) {
        if (taken(bytes) > static_cast<std::size_t>(end_ - next_)) return allocate_block(bytes);
        char* at = next_;
        next_ += taken(bytes);
        poison::show(at, bytes);
        return at;
    }
    /// Gives the unused end of an allocation back, if it was the last one.
    void shrink(void* data, std::size_t allocated, std::size_t used) {
        char* at = static_cast<char*>(data);
        if (at + taken(allocated) != next_) return;
        next_ = at + taken(used);
        poison::hide(at + used, allocated - used);
    }

    // Values. All of them are new and unshared.
    Value string(std::string_view wtf8);                             ///< a copy of the text
    Value string_units(std::string_view wtf8, std::size_t surplus);  ///< likewise, its surplus known
    /// The texts one after the other in `joined`, if all are strings and short together; false if not.
    bool join_short(std::span<const Value> texts, Value& joined);
    Array* array(std::size_t capacity, bool is_tuple = false);
    Array* array_of(std::span<const Value> items, bool is_tuple = false);
    Dict* dict(std::size_t capacity = 0) { return new_dict(Type::Dict, capacity); }
    Dict* object(std::size_t capacity = 0) { return new_dict(Type::Object, capacity); }
    /// A dict or object of entries whose keys are strings, none twice; of an object, none an array index.
    Dict* dict_of(Type type, std::span<const Entry> distinct);
    /// An object of the members of a JSON document, in its order: keys may repeat and be array indices.
    Dict* object_of(std::span<const Entry> members);
    Callable* callable(CallableKind kind, Value name, Value chunk, std::int64_t arg_count, std::int64_t upvalue_count,
                       std::int64_t ip);
    Closure* closure(Callable* callable, std::span<const std::uint32_t> upvalues);
    /// An Error object. `payload` undefined means none.
    Value error(Value type, Value message, Value payload);
    Value datetime(Value epoch_seconds, Value zone);
    Value date(Value year, Value month, Value day);

    // Arrays. `append` is for an array that is being built; programs use `pushed_back`, which leaves `a` as it was.
    void append(Array* a, Value v) {
        Buffer* buffer = a->buffer;
        const bool is_plain = !v.is_node() && !v.is(Type::Hole) && buffer != nullptr && !buffer->is_shared;
        if (!is_plain || a->size != buffer->used || a->size == buffer->capacity) return append_slowly(a, v);
        a->items[a->size] = v;
        buffer->used = ++a->size;
        a->cost = std::min(a->cost + cost(v), kCostBound);
    }
    Array* pushed_back(const Array* a, Value v) {
        Buffer* buffer = a->buffer;
        const bool is_plain = !v.is_node() && !a->has_nodes && !a->has_holes && buffer != nullptr;
        if (!is_plain || a->items + a->size != buffer->items() + buffer->used || buffer->used == buffer->capacity)
            return pushed_back_slowly(a, v);
        // In place; from now on what is in `a` is in another array, too.
        auto* grown = new (allocate(sizeof(Array)))
            Array{{.type = Type::Array, .epoch = epoch_, .cost = std::min(a->cost + cost(v), kCostBound)},
                  a->items,
                  a->size + 1,
                  buffer};
        a->items[a->size] = v;
        ++buffer->used;
        buffer->is_shared = true;
        return grown;
    }
    /// The elements [from, to) as an array; shares storage with `a`.
    Array* slice(const Array* a, std::size_t from, std::size_t to);
    /// Writes an element counted from 0; past the end leaves holes between.
    void set(Array* a, std::size_t at, Value v);

    // Dicts and objects. A key that is there keeps its place.
    void set(Dict* d, Value key, Value v);
    /// `set` on an object, whose keys that are array indices come first in ascending order.
    void set_member(Dict* object, Value key, Value v);
    const Entry* find(const Dict* d, Value key) const;
    const Entry* find(const Dict* d, std::string_view key) const;

    /// Says that a node now holds itself, where that was not written by set().
    void note_cycle() { has_cycles_ = true; }

    /// What a value costs in the reference's accounting, deeply, in bytes.
    std::int64_t cost(Value v) {
        if (!v.is_heavy()) return 8;
        if (v.is_string()) {
            if (v.is_counted()) spend(v.as_text().size() / 64);
            return 8 + static_cast<std::int64_t>(v.units());
        }
        const Node* n = v.as_node();
        if (!n->has_nodes || (n->epoch == epoch_ && !has_cycles_)) return n->cost;
        return recomputed_cost(v.as_node());
    }

    /// Working memory for whoever builds objects and arrays; those who use it leave it as long as they found it.
    std::vector<Entry>& scratch() { return scratch_; }
    std::vector<Value>& items_scratch() { return items_scratch_; }

    std::size_t bytes() const { return bytes_; }  ///< allocated from the system
    std::size_t max_bytes() const { return max_bytes_; }
    void set_max_bytes(std::size_t bytes) { max_bytes_ = bytes; }
    /// Sets `*countdown` to 1 whenever the heap has grown.
    void set_alarm(std::uint32_t* countdown) { alarm_ = countdown; }
    /// Tells of work from now on; null for nobody. Allocating raises what the watch raises.
    void set_watch(Watch* watch) { watch_ = watch; }
    /// Says that so many small steps were done, of some nanoseconds each.
    void spend(std::size_t steps) {
        if (watch_ != nullptr) watch_->worked(steps);
    }
    /// A collection was given up half-way: what values hold is not to be looked at.
    bool is_torn() const { return is_torn_; }
    /// Of bytes(), those of large allocations, which have a block each.
    std::size_t large_bytes() const { return large_bytes_; }
    /// Forgets all values; keeps up to `keep` bytes of blocks for the next ones.
    void clear(std::size_t keep = 1 << 20) {
        if (used_blocks_ == 1 && bytes_ <= keep && large_bytes_ == 0) {
            next_ = blocks_[0].data.get();
            end_ = next_ + blocks_[0].size;
            poison::hide(next_, blocks_[0].size);
            has_cycles_ = is_torn_ = false;
            open_texts_ = {};
        } else if (used_blocks_ > 0) {
            clear_blocks(keep);
        }
    }

  private:
    struct Block {
        std::unique_ptr<char[]> data;
        std::size_t size;
        bool is_large = false;  // there is but one allocation in it
    };
    /// Where a built text ends, and how many bytes behind it are kept for it to grow.
    struct OpenText {
        const char* end = nullptr;
        std::size_t spare = 0;
    };
    static constexpr std::size_t kOpenTexts = 4;
    friend class Collector;
    friend class TextBuilder;

    void open_text(OpenText text) { open_texts_[next_open_text_++ % kOpenTexts] = text; }
    /// What an allocation takes of a block.
    static std::size_t taken(std::size_t bytes) { return ((bytes + 7) & ~std::size_t{7}) + poison::kGap; }
    void* allocate_block(std::size_t bytes);
    void clear_blocks(std::size_t keep);
    void append_slowly(Array* a, Value v);
    Array* pushed_back_slowly(const Array* a, Value v);
    void begin_block(const Block& block);
    void* allocate_large(std::size_t bytes);
    void check_room(std::size_t bytes) const;
    Dict* new_dict(Type type, std::size_t capacity);
    void own_elements(Array* a, std::size_t capacity);
    void grow(Dict* d);
    void new_index(Dict* d);
    void build_index(Dict* d);
    std::uint32_t hash(std::string_view text) const;
    std::uint32_t hash(Value key) const;
    void adopt(Node* parent, Value child);
    void note_traits(Dict* object, std::string_view key);
    void replaced(Node* parent, Value old, Value fresh, std::int64_t extra);
    void add_cost(Node* n, std::int64_t difference);
    bool could_reach(const Node* from, const Node* target);
    std::int64_t recomputed_cost(Node* n);
    std::int64_t walked_cost(Value v, int depth);

    char* next_ = nullptr;
    char* end_ = nullptr;
    std::vector<Block> blocks_;
    std::size_t used_blocks_ = 0;  // blocks_[0, used_blocks_) are in use, the last of them is the open one
    std::size_t bytes_ = 0;
    std::size_t max_bytes_ = std::size_t{1} << 40;
    std::size_t large_bytes_ = 0;
    std::uint32_t* alarm_ = nullptr;
    Watch* watch_ = nullptr;
    bool is_torn_ = false;
    std::uint64_t seed_[2];
    std::uint32_t epoch_ = 1;
    bool has_cycles_ = false;
    std::array<OpenText, kOpenTexts> open_texts_;  // what was built last
    std::size_t next_open_text_ = 0;
    std::vector<Entry> scratch_;
    std::vector<Value> items_scratch_;
};

/// Marks a node that may have several parents; see Node::parent.
extern Node kManyParents;

/// Builds text at the end of the heap.
class TextBuilder {
  public:
    explicit TextBuilder(Heap& heap) : heap_(heap) {}
    TextBuilder(const TextBuilder&) = delete;
    TextBuilder& operator=(const TextBuilder&) = delete;

    void append(char ascii) { *reserve(1) = ascii, ++size_; }
    void append(std::string_view wtf8);
    /// A code point or a surrogate; a pair of surrogates joins.
    void append_unit(std::uint32_t code);
    void append(Value string);
    /// Begins with `string`, of which nothing is copied if it was built by adding to its end and nothing was added
    /// since. So a text that grows piece by piece to n bytes costs O(n).
    void begin_with(Value string);
    std::string_view view() const { return {data_, size_}; }
    /// The text as a value; the builder is then empty.
    Value finish();

  private:
    char* reserve(std::size_t more) {
        if (capacity_ - size_ < more) grow(more);
        return data_ + size_;
    }
    void grow(std::size_t more);

    Heap& heap_;
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    // What the text begins with, whose surplus is known.
    std::size_t counted_ = 0;
    std::size_t surplus_ = 0;
    bool grows_ = false;       // begun with a text, as one that will be begun with may be
    bool keeps_room_ = false;  // behind the text, for the next one that begins with it
};

}  // namespace hogvm
HOGVM_PUBLIC_END
