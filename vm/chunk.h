// A chunk: one token array, decoded.
//
// An instruction is 32 bytes and carries what it needs: its position in the tokens, its counts and jump target, its
// constant. Instructions stand in the order of execution, so the number of those run is a difference of addresses
// (see run.h, "Counting").
//
// Decoding starts at the first token and goes on wherever a jump leads that no instruction starts at: a jump into the
// middle of an instruction gets instructions of its own, decoded from there until they meet those that are there
// already. Every index into the tokens at which execution can arrive has its instruction in `at`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/json.h>
#include <hogvm/library.h>
#include <hogvm/value.h>

#include "opcode.h"

namespace hogvm {

/// The most arguments that a call may have; the reference's.
inline constexpr std::int64_t kMostArguments = 300;

struct Instruction {
    Opcode op;
    Opcode fast;          // what the loop does here: `op`, or a fused instruction (fused.h)
    std::int16_t height;  // of the frame's part of the stack when it is reached (heights.h); kUnknownHeight
    std::uint32_t ip;     // the index of its first token
    std::int32_t n;       // a count, a slot, or an upvalue's index
    std::uint32_t to;     // the index of an instruction (of a jump), of a name (of CALL_GLOBAL), or into `functions`
    Value constant;  // a token, a name, INVALID's message, or (of a jump) how far it leads, in bytes of instructions
};
static_assert(sizeof(Instruction) == 32);

/// Where the way that execution came decides how high the stack is, or none comes.
inline constexpr std::int16_t kUnknownHeight = -1;

struct Chunk {
    /// A name that the chunk calls, and what the library has by it.
    struct Callee {
        Value name;
        const Library::Member* member;
    };
    /// The numbers of DECLARE_FN, CALLABLE and CLOSURE that don't fit into an instruction.
    struct FunctionBody {
        std::int64_t arg_count;
        std::int64_t upvalue_count;
        std::int64_t ip;                                      // of its first token
        std::vector<std::pair<bool, std::int64_t>> captures;  // (is local, index), of CLOSURE
    };

    /// Constant keys that lead into a global: the `to` of GLOBAL_PATH and GLOBAL_TEST.
    struct Path {
        std::uint32_t first;  // of path_keys
        std::uint32_t size;
        std::int64_t excess2;  // of the keys on the stack (see run.h)
    };

    Value name;
    bool is_root;                // sees the host's globals
    std::shared_ptr<Heap> heap;  // keeps the tokens and constants
    const Array* tokens;
    const Dict* globals = nullptr;  // the bundle's, or null
    std::vector<Instruction> code;
    std::vector<std::uint32_t> at;  // the instruction at a token index; kNone where none was decoded
    std::vector<Callee> callees;
    std::vector<FunctionBody> functions;
    std::vector<Path> paths;
    std::vector<Value> path_keys;  // of all paths
    json::Projection reads;        // what of the globals these lead to; all, if it reads others, too
    std::uint32_t start;           // the instruction after the header
    std::uint32_t end;             // the END instruction
    std::uint32_t before;          // the instruction for a jump to before the first token

    static constexpr std::uint32_t kNone = UINT32_MAX;

    /// Its keys, the global's name first.
    std::span<const Value> keys(const Path& path) const { return {path_keys.data() + path.first, path.size}; }

    /// Whether it stands for what a jump to before the first token finds.
    bool is_before(const Instruction& i) const { return &i == &code[before]; }

    /// The instruction at a token index; END past the last one; null where none was decoded from.
    const Instruction* find(std::int64_t ip) const {
        if (ip < 0) return &code[before];
        if (ip >= static_cast<std::int64_t>(tokens->size)) return &code[end];
        const std::uint32_t i = at[static_cast<std::size_t>(ip)];
        return i != kNone ? &code[i] : nullptr;
    }
};

/// What execution brings to a chunk besides what is in its tokens.
struct Arrivals {
    std::int64_t arguments = 0;              // on the stack at its start
    std::span<const std::int64_t> ips = {};  // token indices to arrive at, besides the start and where jumps lead
};

std::shared_ptr<const Chunk> decode(Value name, const Array* tokens, std::shared_ptr<Heap> heap, const Library& library,
                                    const Arrivals& arrivals = {});

/// A chunk that a host gave for an import: tokens, or {"bytecode": [...], "globals": {...}}, on a heap of its own.
/// Throws LoadError.
std::shared_ptr<const Chunk> load_chunk(std::string_view name, Value chunk, const std::shared_ptr<Heap>& heap,
                                        const Library& library);

}  // namespace hogvm
