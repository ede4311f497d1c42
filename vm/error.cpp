#include <hogvm/error.h>

#include <utility>

namespace hogvm {

const char* name_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Uncaught: return "uncaught";
        case ErrorKind::Timeout: return "timeout";
        case ErrorKind::Memory: return "memory";
        case ErrorKind::Depth: return "depth";
        case ErrorKind::AsyncSteps: return "async_steps";
        case ErrorKind::Cancelled: return "cancelled";
        case ErrorKind::Bytecode: return "bytecode";
        case ErrorKind::Function: return "function";
        case ErrorKind::Argument: return "argument";
        case ErrorKind::Host: return "host";
        case ErrorKind::Input: return "input";
    }
    return "unknown";
}

std::string Error::text() const {
    if (kind != ErrorKind::Uncaught) return message;
    std::string out = type + "('";
    for (const char c : message) {
        if (c == '\'') out += '\\';
        out += c;
    }
    return out + "')";
}

void fail(ErrorKind kind, std::string message) { throw Failure{kind, std::move(message)}; }

}  // namespace hogvm
