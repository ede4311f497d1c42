// Globals that are JavaScript objects.
#pragma once

#include <node_api.h>

#include <hogvm/host.h>

#include "environment.h"

namespace hogvm::node {

/// An object, of which no more is looked at than a program reads: a path is followed as the reference's getNestedValue
/// does, by own properties, with numbers counting from 1 and Maps asked by key; what is at its end is converted.
class ObjectGlobals : public Globals {
  public:
    ObjectGlobals(Environment& environment, napi_value object) : environment_(environment), object_(object) {}
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;

  private:
    napi_value step(napi_value object, Value key) const;
    napi_value numbered(napi_value object, double key) const;
    bool own(napi_value object, napi_value key, napi_value& value) const;
    napi_value from_map(napi_value map, Value key) const;
    bool is_nullish(napi_value value) const;

    Environment& environment_;
    napi_value object_;
};

/// How lib/prefetch.js tells what a path leads to.
enum class Tag : std::uint8_t { Lazy, Null, False, True, Number, Element, Text };
inline constexpr std::size_t kMostPrefetched = 32;

/// An object of which a straight program's paths were followed before it runs: the reads come in their order.
class PrefetchedGlobals : public Globals {
  public:
    /// `elements` is an array; `count` tags, numbers and texts are the environment's. `glances` says that nothing keeps
    /// the Vm from using what it was given at a glance: then it asks for no path twice.
    PrefetchedGlobals(Environment& environment, napi_value object, napi_value elements, std::size_t count,
                      bool glances);
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;
    bool glance(std::span<const Value> path, std::uint32_t* places, Value& value) const override;

  private:
    std::string_view text(std::size_t at) const;

    Environment& environment_;
    ObjectGlobals object_;
    napi_value elements_;
    std::size_t count_;
    bool glances_;
    mutable std::size_t next_ = 0;
    // Where a program calls nothing, what lib/slots.js has; otherwise a copy, since what it calls may run another.
    struct Copy {
        std::uint8_t tags[kMostPrefetched];
        double numbers[kMostPrefetched];
        char bytes[kSlotBytes];
    } copy_;
    const std::uint8_t* tags_;
    const double* numbers_;  // of a text: where it begins in `bytes_`, and 65536 times its size
    const char* bytes_;
    std::size_t size_;
};

/// Arguments as they are, for a library function called from JavaScript: the global "0" is the first.
class ArgumentGlobals : public Globals {
  public:
    explicit ArgumentGlobals(std::span<const Value> arguments) : arguments_(arguments) {}
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;

  private:
    std::span<const Value> arguments_;
};

}  // namespace hogvm::node
