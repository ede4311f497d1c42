// The exchange (README.md): a request in JSON, answered by this VM in JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <hogvm/hogvm.h>

namespace hogvm {

class Exchange {
  public:
    /// How runs get the request's globals: as values, or as JSON text. A resumed run gets values.
    enum class Form : std::uint8_t { Values, Text };

    explicit Exchange(Form globals = Form::Values) : form_(globals) {}

    /// The answer to a request, as a line of JSON.
    std::string answer(std::string_view line);

  private:
    Value member(Value object, std::string_view key, Value otherwise = {}) const;
    bool flag(Value options, std::string_view key) const;
    double number(Value options, std::string_view key, double otherwise) const;
    void set(std::string_view key, Value v);
    void set(std::string_view key, const std::string& text);
    void set_host(Value options);
    RunOptions run_options(Value options) const;
    void run(const Program& program, Value globals, Value options);
    void resume(State& state, Value answer, Value globals, Value options);
    void keep(const Outcome& outcome);
    void report(const Outcome& outcome, Value options);
    Value printed_or_null(Value v);
    void set_printed(std::string_view key, Value v);
    void set_call(const Outcome& outcome, bool hands_over);
    void set_error(const Error& error, Value payload);
    void set_counts(std::uint64_t ops, double max_memory, int async_steps, Value options);

    Form form_;
    Vm vm_;
    Heap* heap_ = nullptr;
    Dict* answer_ = nullptr;
    Array* printed_ = nullptr;
    Array* trace_ = nullptr;
};

}  // namespace hogvm
