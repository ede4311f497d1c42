// Values: what a Hog program computes with.
//
// A Value is 16 bytes and trivially copyable: a tag, a little inline data and a 64-bit payload. Numbers, booleans, null
// and undefined live in it whole. A string is a *view*: a pointer and a length into the program's constants, the input
// document, or the run's heap; pushing one, slicing one, or reading one from a document copies no text. Everything that
// holds other values (arrays, dicts, objects, closures) is a node on a Heap (heap.h), named by pointer, and goes when
// the heap does. So a Value never owns anything, and is valid as long as what it points into.
//
// Hog's values are the reference VM's JavaScript values, and what each type is for follows from that:
//
//   Int, Double   both are "number". An Int prints and compares like the Double of the same value; it exists because
//                 integers are faster, and because integers beyond 2^53 in JSON keep their digits. -0 is a Double.
//   Null, Undefined
//                 two values: `undefined` is what a function without a result returns. See docs/bytecode.md.
//   Hole          an array element that was never written. It occurs inside arrays only; reading one gives null.
//   String        WTF-8: UTF-8 in which a lone surrogate has its three bytes. Lengths and positions in Hog count UTF-16
//                 code units, so a Value carries by how many its bytes outnumber its units ("surplus").
//                 A surplus of 0 means ASCII.
//   Array         an array, or with `is_tuple` a tuple. Elements count from 1 in Hog, from 0 here.
//   Dict          a JavaScript Map: insertion-ordered, keys of any type.
//   Object        a plain JavaScript object: string keys, in JavaScript's key order, never written to by a program.
//                 Dates, datetimes, errors, intervals and parsed JSON that was not converted are these; `traits` says
//                 which of them one passes for.
//   Closure, Callable
//                 functions of the program, the library or the host.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include <hogvm/visibility.h>

namespace hogvm {
struct Chunk;  // hidden: a name has the visibility of its first declaration
}

HOGVM_PUBLIC_BEGIN
namespace hogvm {

enum class Type : std::uint8_t {
    Int,  // must be 0: two Ints are recognised by one test on both first words
    Double,
    Bool,
    Null,
    Undefined,
    Hole,
    String,  // from here on a value costs more than 8 bytes in the memory accounting
    Array,
    Dict,
    Object,
    Closure,
    Callable,
};

struct Instruction;
struct Node;
struct Array;
struct Dict;
struct Closure;
struct Callable;

class Value {
  public:
    constexpr Value() : Value(Type::Null, 0) {}
    constexpr static Value null() { return {}; }
    constexpr static Value undefined() { return {Type::Undefined, 0}; }
    constexpr static Value hole() { return {Type::Hole, 0}; }
    constexpr static Value boolean(bool b) { return {Type::Bool, b ? 1 : 0}; }
    constexpr static Value integer(std::int64_t i) { return {Type::Int, i}; }
    constexpr static Value real(double d) {
        Value v(Type::Double, 0);
        v.payload_.d = d;
        return v;
    }
    /// The number `d`, as an Int where that loses nothing.
    static Value number(double d) {
        if (d >= -9007199254740992.0 && d <= 9007199254740992.0) {
            const auto i = static_cast<std::int64_t>(d);
            if (static_cast<double>(i) == d && (i != 0 || !__builtin_signbit(d))) return integer(i);
        }
        return real(d);
    }
    /// A view of WTF-8 text that outlives the value. Counts its UTF-16 length: O(n).
    static Value text(std::string_view wtf8);
    /// A view of ASCII text that outlives the value.
    constexpr static Value ascii(std::string_view text) { return text_of(text.data(), text.size(), 0); }
    /// A view of `size` bytes whose UTF-16 length is `size - surplus`.
    constexpr static Value text_of(const char* data, std::size_t size, std::size_t surplus) {
        const std::uint64_t kept = surplus < kManySurplus ? surplus : kManySurplus;
        Value v(Type::String, 0);
        v.head_ |= kept << kSurplusShift | static_cast<std::uint64_t>(size) << kSizeShift;
        v.payload_.text = data;
        return v;
    }
    /// A view whose UTF-16 length is counted each time that it is asked for.
    constexpr static Value uncounted_text(std::string_view wtf8) {
        return text_of(wtf8.data(), wtf8.size(), kManySurplus);
    }
    static Value array(Array* a) { return node(Type::Array, a); }
    static Value dict(Dict* d) { return node(Type::Dict, d); }
    static Value object(Dict* o) { return node(Type::Object, o); }
    static Value closure(Closure* c) { return node(Type::Closure, c); }
    static Value callable(Callable* c) { return node(Type::Callable, c); }

    constexpr Type type() const { return static_cast<Type>(head_ & 0xFF); }
    constexpr bool is(Type t) const { return type() == t; }
    constexpr bool is_number() const { return type() <= Type::Double; }
    constexpr bool is_string() const { return type() == Type::String; }
    /// A string of that many bytes.
    constexpr bool is_string_of(std::size_t bytes) const {
        constexpr std::uint64_t kTypeAndSize = 0xFFFFFFFF000000FF;
        return (head_ & kTypeAndSize) ==
               (std::uint64_t{bytes} << kSizeShift | static_cast<std::uint64_t>(Type::String));
    }
    /// null, undefined or a hole.
    constexpr bool is_nullish() const { return type() >= Type::Null && type() <= Type::Hole; }
    /// An array, dict, object, closure or callable: JavaScript's typeof 'object'.
    constexpr bool is_node() const { return type() >= Type::Array; }
    /// Costs more than a stack slot in the memory accounting.
    constexpr bool is_heavy() const { return type() >= Type::String; }

    constexpr std::int64_t as_int() const { return payload_.i; }
    constexpr bool as_bool() const { return payload_.i != 0; }
    constexpr double as_double() const { return payload_.d; }
    /// The value of an Int or a Double.
    constexpr double as_number() const { return type() == Type::Int ? static_cast<double>(payload_.i) : payload_.d; }
    constexpr std::string_view as_text() const { return {payload_.text, size()}; }
    /// A string's length in bytes.
    constexpr std::size_t bytes() const { return size(); }
    /// A string's length in UTF-16 code units.
    std::size_t units() const { return surplus() != kManySurplus ? size() - surplus() : counted_units(); }
    /// units() has to count: the text has more surplus than the value has room for.
    constexpr bool is_counted() const { return surplus() == kManySurplus; }
    constexpr bool is_ascii() const { return surplus() == 0; }

    Node* as_node() const { return payload_.node; }
    Array* as_array() const { return reinterpret_cast<Array*>(payload_.node); }
    Dict* as_dict() const { return reinterpret_cast<Dict*>(payload_.node); }
    Closure* as_closure() const { return reinterpret_cast<Closure*>(payload_.node); }
    Callable* as_callable() const { return reinterpret_cast<Callable*>(payload_.node); }

    /// Whether a stack slot's recorded cost lies beside it (see interpreter.cpp); meaningless elsewhere.
    constexpr bool is_charged() const { return (head_ & kCharged) != 0; }
    [[gnu::always_inline]] constexpr Value charged(bool on) const {
        Value v = *this;
        v.head_ = on ? head_ | kCharged : head_ & ~kCharged;
        return v;
    }
    /// Both are Ints in uncharged slots.
    constexpr static bool are_plain_ints(const Value& a, const Value& b) { return (a.head_ | b.head_) == 0; }

    /// Both are numbers in uncharged slots.
    constexpr static bool are_plain_numbers(const Value& a, const Value& b) { return (a.head_ | b.head_) <= 1; }

  private:
    // The head is one word, always written whole: read back while it is on its way to memory, a word that was written
    // in parts costs a dozen cycles. From the low end: the type (8 bits), whether charged (8), the surplus (16), the
    // size (32).
    static constexpr std::uint64_t kCharged = 1u << 8;
    static constexpr int kSurplusShift = 16;
    static constexpr int kSizeShift = 32;
    static constexpr std::uint64_t kManySurplus = 0xFFFF;

    constexpr Value(Type t, std::int64_t i) : head_(static_cast<std::uint64_t>(t)), payload_{.i = i} {}
    static Value node(Type t, void* n) {
        Value v(t, 0);
        v.payload_.node = static_cast<Node*>(n);
        return v;
    }
    constexpr std::size_t size() const { return static_cast<std::size_t>(head_ >> kSizeShift); }
    constexpr std::size_t surplus() const { return static_cast<std::size_t>(head_ >> kSurplusShift & 0xFFFF); }
    std::size_t counted_units() const;

    std::uint64_t head_;
    union {
        std::int64_t i;
        double d;
        const char* text;
        Node* node;
    } payload_;
};
static_assert(sizeof(Value) == 16);

/// What an Object passes for, from the keys that it has; the reference asks for keys, not for types.
enum Trait : std::uint8_t {
    kDateTime = 1,  // __hogDateTime__, dt (epoch seconds), zone
    kDate = 2,      // __hogDate__, year, month, day
    kError = 4,     // __hogError__, type, message
    kCallable = 8,  // __hogCallable__, argCount, ip, upvalueCount
    kClosure = 16,  // __hogClosure__, callable, upvalues
    kSyntax = 32,   // __hx_ast: a HogQL syntax tree
    kMarked = 128,  // some key starts with __h
};

/// The head of everything on a heap that holds values. Its cost is the reference's (docs/bytecode.md, "Memory").
/// `cost` is exact while nothing nested in the node has changed unnoticed; Heap::cost knows when to trust it.
struct Node {
    Type type;
    bool is_tuple = false;    // of an Array
    bool has_holes = false;   // of an Array: it may have some
    bool has_nodes = false;   // holds a node, so its cost can change from below
    bool visiting = false;    // on the path of a walk that must notice cycles
    bool is_moved = false;    // by the collector, which then has `parent` and `cost` for itself
    bool is_frozen = false;   // shared by runs on many threads, which may only read it: see freeze()
    std::uint8_t traits = 0;  // of an Object: Trait bits
    std::uint32_t epoch = 0;  // Heap::epoch when the cost was last computed
    std::int64_t cost = 8;    // bytes
    Node* parent = nullptr;   // the one node that holds this one; kManyParents if it may be several
};

/// The elements of one array, or of several that share a prefix: each has its own length. An array that reaches
/// `used` can grow in place; one that is shared is copied before it is written to.
struct alignas(8) Buffer {
    std::uint32_t used;
    std::uint32_t capacity;
    bool is_shared;
    Value* items() { return reinterpret_cast<Value*>(this + 1); }
};
static_assert(sizeof(Buffer) == 16);

struct Array : Node {
    Value* items;
    std::uint32_t size;
    Buffer* buffer;  // null when empty

    std::span<const Value> values() const { return {items, size}; }
};

struct Entry {
    Value key;
    Value value;
};

/// A place in a dict's index.
struct Slot {
    std::uint32_t hash;   // of the key
    std::uint32_t place;  // of its entry, counted from 1; 0: free
};

/// The storage of both dicts and objects: entries in insertion order, and beyond a few of them an index by hash.
struct Dict : Node {
    Entry* entries;
    std::uint32_t size;
    std::uint32_t capacity;
    Slot* index;  // 2 * capacity slots or a few more; null while a linear scan is faster

    std::span<const Entry> items() const { return {entries, size}; }
};

enum class CallableKind : std::uint8_t { Local, Library, Async };

/// As the wire format names it.
constexpr std::string_view name_of(CallableKind kind) {
    return kind == CallableKind::Local ? "local" : kind == CallableKind::Library ? "stl" : "async";
}

/// A function's code: a place in a chunk, or the name of a library or host function.
struct Callable : Node {
    CallableKind kind;
    Value name;   // usually a string; null prints as lambda
    Value chunk;  // the chunk's name
    std::int64_t arg_count;
    std::int64_t upvalue_count;
    std::int64_t ip;  // a token index in the chunk
    // Where that is, once a run has looked it up; both null before.
    const Chunk* home;
    const Instruction* entry;
};

/// A function with the variables it captured, by the ids of the run's upvalues.
struct Closure : Node {
    Callable* callable;
    std::uint32_t upvalue_count;
    const std::uint32_t* upvalues;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
