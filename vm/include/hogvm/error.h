// What can go wrong, and how it is said.
//
// Loading a program throws LoadError. Running one throws nothing at the embedder: a run ends finished, suspended or
// failed, and a failed one carries an Error. Inside the engine, and in host functions, a failure is raised by throwing
// Failure, which the run turns into that Error.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

enum class ErrorKind : std::uint8_t {
    Uncaught,    // the program threw a Hog error and nothing caught it
    Timeout,     // the program ran longer than Limits::timeout_ms
    Memory,      // over Limits::memory, or over what the machine's memory is allowed to be used for
    Depth,       // calls or values nested too deeply
    AsyncSteps,  // more suspensions than Limits::async_steps
    Cancelled,   // the host raised the stop flag
    Bytecode,    // the program's tokens make no sense where execution got to
    Function,    // an unknown function, a wrong number of arguments, a call of what is no function
    Argument,    // a function or an operator can't take what it was given
    Host,        // a host function threw; Error::cause is its exception
    Input,       // the globals, or an answer to a call, are no JSON
};

/// The name of a kind in lower case, as `hog` prints it: "uncaught", "timeout", ...
const char* name_of(ErrorKind kind);

struct Error {
    ErrorKind kind = ErrorKind::Function;
    std::string message;  // as the reference VM words it wherever it has words
    std::string chunk;    // the chunk that ran
    std::int64_t ip = 0;  // the token index of the instruction that failed
    // Of an uncaught error, also:
    std::string type;          // such as "Error" or "RetryError"
    std::string payload_json;  // its payload as JSON, "null" without one
    std::exception_ptr cause;  // of ErrorKind::Host

    /// `message`, or `Type('message')` for an uncaught error.
    std::string text() const;
};

/// Raised inside a run to end it, and by conversions of values that can't be done.
struct Failure : std::exception {
    Failure(ErrorKind failure_kind, std::string text) : kind(failure_kind), message(std::move(text)) {}
    const char* what() const noexcept override { return message.c_str(); }

    ErrorKind kind;
    std::string message;
};

[[noreturn]] void fail(ErrorKind kind, std::string message);

/// The input is no program, no JSON, or no state; the message says what and where.
class LoadError : public std::runtime_error {
  public:
    explicit LoadError(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace hogvm
HOGVM_PUBLIC_END
