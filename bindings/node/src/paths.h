// The paths that programs read of objects, known to both sides by numbers, so that JavaScript can follow one in one
// call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <napi.h>

#include <hogvm/value.h>

namespace hogvm::node {

class Environment;

class Paths {
  public:
    explicit Paths(Environment& environment) : environment_(environment), slots_(kSlots, kNone) {}
    void set_up(Napi::Object helpers);

    /// The number of a path; nothing where a key is no text, or too many paths have one.
    std::optional<std::uint32_t> number(std::span<const Value> path);

  private:
    static constexpr std::size_t kSlots = 2048;
    static constexpr std::size_t kMost = kSlots / 2;
    static constexpr std::uint32_t kNone = UINT32_MAX;

    std::optional<std::uint32_t> add(std::span<const Value> path);

    Environment& environment_;
    Napi::ObjectReference add_path_;
    std::vector<std::uint32_t> slots_;             // numbers, by a hash of the keys
    std::vector<std::vector<std::string>> paths_;  // by their numbers
};

}  // namespace hogvm::node
