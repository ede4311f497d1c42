// Globals from JSON.
#pragma once

#include <boost/json/fwd.hpp>

#include <hogvm/heap.h>
#include <hogvm/host.h>
#include <hogvm/value.h>

namespace hogvm {

/// A parsed document (json.h), an object at its top. The document is only referred to.
class ValueGlobals : public Globals {
  public:
    explicit ValueGlobals(Value object) : object_(object) {}
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;

  private:
    Value object_;
};

/// A Boost.JSON value; only what a program reads is converted. The value is only referred to.
class BoostGlobals : public Globals {
  public:
    explicit BoostGlobals(const boost::json::value& object) : object_(object) {}
    bool read(std::span<const Value> path, Heap& heap, Value& value) const override;

  private:
    const boost::json::value& object_;
};

}  // namespace hogvm
