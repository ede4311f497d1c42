// A library: the table of the functions that programs can call by name.
//
// The engine knows no function by itself; stdlib/ gives it the standard library as one table, from which arity errors,
// `hog functions` and the documentation are made, too.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hogvm/host.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

struct Chunk;

using NativeFunction = Value (*)(Call&);

/// What the interpreter does itself, without a call, where the arguments are of the usual types.
enum class Inlined : std::uint8_t {
    No,
    PushBack,  // of an array and a value: Heap::pushed_back
};

/// One function of a library. Exactly one of `native`, `hog` and `is_async` says how it is called.
struct Function {
    static constexpr int kAnyNumber = -1;

    std::string_view name;
    int min_args;
    int max_args;                  // kAnyNumber: no bound
    NativeFunction native;         // written in C++
    std::string_view hog;          // written in Hog: its tokens as JSON, without a header; min_args == max_args
    bool is_async;                 // suspends the program; the host answers
    std::string_view family;       // such as "strings"
    std::string_view signature;    // such as "substring(text, start, length?)"
    std::string_view description;  // one sentence or two
    std::string_view example;      // Hog, and what it gives: "upper('ab') = 'AB'"
    Inlined inlined = Inlined::No;
};

class Library {
  public:
    explicit Library(std::span<const Function> functions);
    ~Library();

    struct Member {
        const Function* function;
        std::shared_ptr<const Chunk> chunk;  // of a function written in Hog: "stl/<name>"
    };
    /// Null if there is none of that name.
    const Member* find(std::string_view name) const;
    /// Sorted by family, then by name, as the table lists them.
    std::span<const Function> functions() const { return functions_; }

  private:
    std::span<const Function> functions_;
    std::unordered_map<std::string_view, Member> by_name_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
