// Property filters: which events a destination, a cohort or a capture rule wants, as JSON, compiled to bytecode.
//
//     auto wanted = hogvm::compile_filter(boost::json::parse(R"({"events": [{"id": "$pageview", "type": "events"}]})"));
//     hogvm::Vm vm;
//     vm.run(*wanted, R"({"event": "$pageview"})").result;  // true
//
// The tokens are those that HogQL's compiler gives for the filter, so that other HogVMs run them, too.
#pragma once

#include <exception>
#include <memory>
#include <string>

#include <boost/json.hpp>

#include <hogvm/program.h>
#include <hogvm/standard_library.h>

namespace hogvm {

/// A filter that can't be compiled. The message names the property, its operator and what to do about it.
class FilterError : public std::exception {
  public:
    FilterError(std::string where, std::string what) : pointer(std::move(where)), message(std::move(what)) {
        text_ = pointer.empty() ? message : message + " (at " + pointer + ")";
    }
    const char* what() const noexcept override { return text_.c_str(); }

    std::string pointer;  // where in the filter, as a JSON pointer (RFC 6901)
    std::string message;

  private:
    std::string text_;
};

/// What a filter's meaning depends on beside the filter itself.
struct FilterOptions {};

/// The tokens of `filter`, from "_H" on. Throws FilterError.
boost::json::array filter_bytecode(const boost::json::value& filter, const FilterOptions& options = {});

/// The program of `filter`. Throws FilterError.
std::shared_ptr<const Program> compile_filter(const boost::json::value& filter, const FilterOptions& options = {},
                                              const Library& library = standard_library());

}  // namespace hogvm
