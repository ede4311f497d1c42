// Globals from JSON.
#pragma once

#include <boost/json/fwd.hpp>

#include <hogvm/heap.h>
#include <hogvm/host.h>
#include <hogvm/json.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

/// A parsed document (json.h), an object at its top. The document is only referred to.
class ValueGlobals : public Globals {
  public:
    explicit ValueGlobals(Value object) : object_(object) {}
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;
    bool glance(std::span<const Value> path, std::uint32_t* places, Value& value) const override;

  private:
    Value object_;
};

/// A JSON text, of which the part that a program is known to read has been built; what else it asks for is looked up in
/// the text, which is only referred to.
class TextGlobals : public Globals {
  public:
    /// `document` holds what is built. Throws json::ParseError, or Failure{Input} if the text is no JSON object.
    TextGlobals(std::string_view text, const json::Projection& part, Heap& document);
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;
    bool glance(std::span<const Value> path, std::uint32_t* places, Value& value) const override;

  private:
    std::string_view text_;
    const json::Projection& part_;
    Heap& document_;
    Value built_;
    mutable Value whole_;  // null until it is asked for
};

/// A Boost.JSON value; only what a program reads is converted. The value is only referred to.
class BoostGlobals : public Globals {
  public:
    explicit BoostGlobals(const boost::json::value& object) : object_(object) {}
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;
    bool glance(std::span<const Value> path, std::uint32_t* places, Value& value) const override;

  private:
    const boost::json::value& object_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
