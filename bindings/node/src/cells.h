// Plain data on its way between JavaScript and the engine, in memory that both see; lib/cells.js says how it lies
// there.
//
// What a run reads of its globals comes by JavaScript's walk over it (`read`), and its result goes by the engine's
// (`write`). Of both, shapes are the keys of objects that were met a few times: what comes in has the shapes of
// JavaScript's tree, what goes out those of the tree here. There is a bounded number of either, and they stay as long
// as the environment, since values refer to the keys.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <napi.h>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm::node {

class Environment;
struct Lane;
enum class Shape : std::uint8_t;  // read.h

/// The texts that one run has of JavaScript's strings, and those that it gives: their places in lib/cells.js's pool, by
/// where the text lies. It must lie there as long as the run lasts.
class TextPlaces {
  public:
    TextPlaces() : slots_(kSlots) {}
    void clear();
    /// The place of a text; one that is new gets `next`.
    std::uint32_t place(std::string_view text, std::uint32_t next);

  private:
    static constexpr std::size_t kSlots = 1024;
    struct Slot {
        const char* data = nullptr;
        std::uint32_t size = 0;
        std::uint32_t place = 0;
        std::uint32_t turn = 0;  // of another turn, it is empty
    };
    std::vector<Slot> slots_;
    std::size_t taken_ = 0;
    std::uint32_t turn_ = 1;
};

class Cells {
  public:
    explicit Cells(Environment& environment) : environment_(environment) {}
    void set_up(Napi::Object helpers);

    /// Objects of JavaScript's shape `shape` have these keys.
    void define(std::uint32_t shape, const Napi::Array& keys);
    /// A plain object or array as a program gets it from its host; nothing if it has no cells. Raises Failure of what
    /// its getters throw.
    std::optional<Value> read(napi_value object, Heap& heap);

    enum class Found : std::uint8_t {
        Missing,
        Lazy,     // who asks must look
        InCells,  // in `value`
        Other,    // in `other`: it has no cells
    };
    struct Follow {
        Found found;
        Value value;
        napi_value other;
    };
    /// What lies at the path of a number (Paths) below an object.
    Follow follow(napi_value object, std::uint32_t path, Heap& heap);

    struct Written {
        napi_value text;      // the texts that JavaScript doesn't have, joined
        std::uint32_t from;   // their first place
        std::uint32_t count;  // how many there are
    };
    /// Writes a run's result as Writer does; nothing if it has no cells.
    std::optional<Written> write(Lane& lane, Value v, Shape shape);

  private:
    enum Code : std::int32_t {
        kNumber = -1,
        kNull = -2,
        kTrue = -3,
        kFalse = -4,
        kUndefined = -5,
        kArray = -6,
        kShapes = -16,  // less the shape's number; on the way out less twice that, and less 1 for a Map
    };
    static constexpr std::size_t kMost = 4096;        // cells
    static constexpr std::size_t kMostShapes = 1024;  // that go out
    static constexpr std::size_t kMostKeys = 250;
    static constexpr std::size_t kMostNodes = 20'000;

    /// The tree of keys of what goes out; who follows a dict's keys from the first node comes to that of its shape.
    struct Node {
        std::string key;
        std::uint32_t child = 0;    // the first; 0 for none
        std::uint32_t sibling = 0;  // the next child of the same parent
        std::int32_t shape = -1;
        std::uint32_t met = 0;
    };
    static constexpr std::size_t kMostSiblings = 64;

    napi_value call(const Napi::ObjectReference& function, napi_value given);
    std::optional<Value> unpack(napi_value text, std::uint32_t first, Heap& heap);
    class Walk;
    class Unpacking;
    std::uint32_t next(std::uint32_t node, std::string_view key);
    bool number(std::uint32_t node, const Dict* dict);
    void prune();

    Environment& environment_;
    std::int32_t* codes_ = nullptr;
    double* numbers_ = nullptr;
    std::int32_t* lengths_ = nullptr;
    Napi::ObjectReference codes_array_;
    Napi::ObjectReference numbers_array_;
    Napi::ObjectReference lengths_array_;
    Napi::ObjectReference to_cells_;
    Napi::ObjectReference follow_;
    Napi::ObjectReference add_builder_;

    std::deque<std::string> texts_;         // of keys that came in
    std::vector<std::vector<Value>> keys_;  // of the shapes that came in
    std::vector<Node> nodes_;
    std::size_t numbered_nodes_ = 0;               // of them, when they were pruned last
    std::vector<std::vector<std::string>> built_;  // the keys of the shapes that go out
    std::uint32_t failures_ = 0;
    bool can_build_ = true;
};

}  // namespace hogvm::node
