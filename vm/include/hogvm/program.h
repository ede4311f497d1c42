// A program: HogVM bytecode, decoded once.
//
// A Program is immutable and may be shared between threads. Loading decodes the tokens into instructions; what can't
// run (an unknown opcode, a missing operand) becomes an instruction that fails when it is reached, as in the reference.
// Positions in errors, traces and states are indices into the wire format's token array ("ip").
//
//     auto program = hogvm::Program::parse(R"(["_H", 1, 33, 2, 33, 1, 6, 38])", hogvm::standard_library());
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include <hogvm/error.h>
#include <hogvm/library.h>
#include <hogvm/value.h>
#include <hogvm/visibility.h>

HOGVM_PUBLIC_BEGIN
namespace hogvm {

struct Chunk;

class Program : public std::enable_shared_from_this<Program> {
  public:
    /// Loads a token array, `["_H", 1, ...]` or `["_h", ...]`, or a bundle, `{"bytecodes": {"root": {"bytecode": [...],
    /// "globals": {...}}, ...}}`, from JSON text. `library` must outlive the program. Throws LoadError.
    static std::shared_ptr<const Program> parse(std::string_view json, const Library& library);
    /// Likewise from a parsed document.
    static std::shared_ptr<const Program> load(const boost::json::value& json, const Library& library);
    /// Likewise from a value; `tokens` and what it refers to are kept alive by `heap`.
    static std::shared_ptr<const Program> load(Value tokens, std::shared_ptr<Heap> heap, const Library& library);

    /// As the root's header says; 0 reverses the arguments of native, host and async functions.
    double version() const { return version_; }
    const Library& library() const { return library_; }
    /// The chunks; the root comes first.
    std::span<const std::shared_ptr<const Chunk>> chunks() const { return chunks_; }
    /// Null if there is none of that name.
    const std::shared_ptr<const Chunk>* find_chunk(std::string_view name) const;

    /// This program with more chunks, as a host gave them for imports.
    std::shared_ptr<const Program> with_chunks(std::span<const std::shared_ptr<const Chunk>> more) const;

    /// The paths of globals that the program's chunks read with constant keys, each key after the other with a dot
    /// between; sorted, without repetition.
    std::vector<std::string> reads() const;

    /// What would fail if it were reached: unknown opcodes, missing operands, unknown functions, wrong argument counts,
    /// jumps into the middle of an instruction, ... At most 1000 findings, with names cut to 200 bytes.
    struct Finding {
        std::string chunk;
        std::int64_t ip;
        std::string message;
    };
    std::vector<Finding> check() const;

    /// The instructions, a line each, with labels where jumps lead.
    std::string disassemble() const;

  private:
    explicit Program(const Library& library) : library_(library) {}
    static void check_call(const Chunk& chunk, const Instruction& call, bool is_declared,
                           const std::function<void(std::int64_t, std::string)>& found);

    const Library& library_;
    double version_ = 0;
    std::vector<std::shared_ptr<const Chunk>> chunks_;
};

}  // namespace hogvm
HOGVM_PUBLIC_END
