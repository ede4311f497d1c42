#include "heights.h"

#include <limits>
#include <vector>

#include "chunk.h"

namespace hogvm {
namespace {

/// What an instruction that ends takes from the stack and leaves there.
struct Effect {
    std::int64_t pops;
    std::int64_t pushes;
};

Effect effect_of(const Instruction& i) {
    switch (i.op) {
        case Opcode::OP_TRUE:
        case Opcode::OP_FALSE:
        case Opcode::OP_NULL:
        case Opcode::OP_STRING:
        case Opcode::OP_INTEGER:
        case Opcode::OP_FLOAT:
        case Opcode::OP_GET_LOCAL:
        case Opcode::OP_GET_UPVALUE:
        case Opcode::OP_CALLABLE: return {0, 1};
        case Opcode::OP_NOT:
        case Opcode::OP_CLOSURE: return {1, 1};
        case Opcode::OP_POP:
        case Opcode::OP_CLOSE_UPVALUE:
        case Opcode::OP_JUMP_IF_FALSE:
        case Opcode::OP_SET_LOCAL:
        case Opcode::OP_SET_UPVALUE: return {1, 0};
        case Opcode::OP_SET_PROPERTY: return {3, 0};
        case Opcode::OP_AND:
        case Opcode::OP_OR:
        case Opcode::OP_ARRAY:
        case Opcode::OP_TUPLE:
        case Opcode::OP_GET_GLOBAL:
        case Opcode::OP_CALL_GLOBAL: return {i.n, 1};
        case Opcode::OP_CALL_LOCAL: return {std::int64_t{i.n} + 1, 1};
        case Opcode::OP_DICT: return {std::int64_t{i.n} * 2, 1};
        case Opcode::NO_OPERATION:
        case Opcode::CONTINUE:
        case Opcode::OP_JUMP:
        case Opcode::OP_JUMP_IF_STACK_NOT_NULL:
        case Opcode::OP_DECLARE_FN:
        case Opcode::OP_TRY:
        case Opcode::OP_POP_TRY: return {0, 0};
        default: return {2, 1};  // an operator, or GET_PROPERTY
    }
}

/// Follows execution from where it can begin. An instruction is followed at most twice: with the height that came
/// first, and without one where another height came, too.
class Heights {
  public:
    explicit Heights(Chunk& chunk) : chunk_(chunk), code_(chunk.code), seen_(chunk.code.size(), Seen::Not) {}

    void find(std::int64_t arguments) {
        arrive(chunk_.start, arguments);
        for (const Chunk::FunctionBody& f : chunk_.functions) {
            if (f.ip == 0) continue;  // CLOSURE's
            if (const Instruction* body = chunk_.find(f.ip)) arrive(index_of(body), f.arg_count);
        }
        while (!open_.empty()) {
            const std::uint32_t at = open_.back();
            open_.pop_back();
            follow(at);
        }
    }

  private:
    enum class Seen : std::uint8_t { Not, WithHeight, WithAny };

    std::uint32_t index_of(const Instruction* i) const { return static_cast<std::uint32_t>(i - code_.data()); }

    /// Whether that is news.
    bool is_new(std::uint32_t at, std::int64_t height) {
        Instruction& i = code_[at];
        const bool is_known = height >= 0 && height <= std::numeric_limits<std::int16_t>::max();
        if (seen_[at] == Seen::WithAny) return false;
        if (seen_[at] == Seen::WithHeight && is_known && i.height == height) return false;
        seen_[at] = seen_[at] == Seen::Not && is_known ? Seen::WithHeight : Seen::WithAny;
        i.height = seen_[at] == Seen::WithHeight ? static_cast<std::int16_t>(height) : kUnknownHeight;
        return true;
    }
    void arrive(std::uint32_t at, std::int64_t height) {
        if (is_new(at, height)) open_.push_back(at);
    }

    void follow(std::uint32_t at) {
        for (;;) {
            const Instruction& i = code_[at];
            const std::int64_t height = after(i);
            switch (i.op) {
                case Opcode::INVALID:
                case Opcode::UNEXPECTED:
                case Opcode::END:
                case Opcode::OP_IN_COHORT:
                case Opcode::OP_NOT_IN_COHORT:
                case Opcode::OP_RETURN:
                case Opcode::OP_THROW: return;
                case Opcode::OP_JUMP_IF_FALSE:
                case Opcode::OP_JUMP_IF_STACK_NOT_NULL: arrive(i.to, height); break;
                case Opcode::OP_TRY:
                    if (const Instruction* handler = chunk_.find(i.n))
                        arrive(index_of(handler), height == kUnknownHeight ? kUnknownHeight : height + 1);
                    break;
                default: break;
            }
            const bool leads_elsewhere = i.op == Opcode::OP_JUMP || i.op == Opcode::CONTINUE ||
                                         i.op == Opcode::OP_CALLABLE || i.op == Opcode::OP_DECLARE_FN;
            at = leads_elsewhere ? i.to : at + 1;
            if (!is_new(at, height)) return;
        }
    }

    /// The height after an instruction.
    static std::int64_t after(const Instruction& i) {
        const Effect effect = effect_of(i);
        // What it takes from below the frame's start is the caller's.
        if (i.height == kUnknownHeight || i.height < effect.pops) return kUnknownHeight;
        // One that writes above the top makes slots.
        if (i.op == Opcode::OP_SET_LOCAL && i.n >= i.height - 1) return kUnknownHeight;
        return i.height - effect.pops + effect.pushes;
    }

    Chunk& chunk_;
    const std::span<Instruction> code_;
    std::vector<Seen> seen_;
    std::vector<std::uint32_t> open_;
};

}  // namespace

void find_heights(Chunk& chunk, std::int64_t arguments) { Heights(chunk).find(arguments); }

}  // namespace hogvm
