#include "fused.h"

#include <algorithm>
#include <array>

#include "chunk.h"

namespace hogvm {
namespace {

using fused::Operands;
using fused::Then;

constexpr std::size_t kOperandShapes = 6;
constexpr std::size_t kUses = 5;
constexpr auto kFirstOperator = static_cast<std::size_t>(Opcode::OP_PLUS);
constexpr auto kOperators = static_cast<std::size_t>(Opcode::OP_LT_EQ) - kFirstOperator + 1;
constexpr std::size_t kLongestPath = 8;
constexpr std::size_t kLongestConstant =
    1024;  // units; a longer one is left to plain instructions, which tell the watch
constexpr std::int64_t kExactInts = std::int64_t{1} << 53;

constexpr std::size_t row_of(Opcode op, Operands operands, Then then) {
    return ((static_cast<std::size_t>(op) - kFirstOperator) * kOperandShapes + static_cast<std::size_t>(operands)) *
               kUses +
           static_cast<std::size_t>(then);
}

/// The fused operators by what they are made of; NO_OPERATION where there is none.
constexpr auto kFusedOperators = [] {
    std::array<Opcode, kOperators * kOperandShapes * kUses> table{};
#define HOGVM_FUSED(op, operands, then) \
    table[row_of(Opcode::OP_##op, Operands::operands, Then::then)] = Opcode::op##_##operands##_##then;
    HOGVM_FUSED_OPERATORS(HOGVM_FUSED)
#undef HOGVM_FUSED
    return table;
}();

bool is_constant(const Instruction& i) {
    if (i.op != Opcode::OP_INTEGER && i.op != Opcode::OP_FLOAT) return false;
    return i.constant.is(Type::Double) ||
           (i.constant.is(Type::Int) && i.constant.as_int() <= kExactInts && i.constant.as_int() >= -kExactInts);
}
bool is_operator(const Instruction& i) { return i.op >= Opcode::OP_PLUS && i.op <= Opcode::OP_LT_EQ; }

/// One chunk's instructions. The last one is END, which is part of nothing; so looking ahead stops before it.
class Fuser {
  public:
    explicit Fuser(Chunk& chunk) : chunk_(chunk), code_(chunk.code) {}

    void fuse() {
        std::ptrdiff_t reads = 0;
        for (std::size_t at = code_.size(); at-- > 0;) {  // backwards: some take in what is fused already
            code_[at].fast = fused(at);
            if (code_[at].op == Opcode::OP_GET_GLOBAL) ++reads;
        }
        if (reads != static_cast<std::ptrdiff_t>(chunk_.paths.size())) chunk_.reads.is_whole = true;
    }

  private:
    Opcode at(std::size_t i) const { return i < code_.size() ? code_[i].op : Opcode::END; }

    /// GET_LOCAL of one of the values that the frame has at the instruction `from`.
    bool is_local(std::size_t i, std::size_t from) const {
        return at(i) == Opcode::OP_GET_LOCAL && code_[i].n >= 0 && code_[i].n < code_[from].height;
    }
    /// SET_LOCAL of one of those that are `below` values from the top.
    bool is_store(std::size_t i, std::int64_t height, int below) const {
        return at(i) == Opcode::OP_SET_LOCAL && code_[i].n >= 0 && code_[i].n < height - below;
    }
    bool is_constant_at(std::size_t i) const { return i < code_.size() && is_constant(code_[i]); }
    bool is_call_local(std::size_t i, std::size_t from) const {
        return at(i) == Opcode::OP_CALL_LOCAL && code_[i].n >= 0 && code_[i].n <= code_[from].height;
    }

    Opcode fused(std::size_t i) {
        const Instruction& first = code_[i];
        if (first.height == kUnknownHeight) return first.op;
        Opcode found = Opcode::NO_OPERATION;
        switch (first.op) {
            case Opcode::OP_INTEGER:
            case Opcode::OP_FLOAT:
                if (!is_constant(first)) break;
                if (is_local(i + 1, i)) found = applied(Operands::CL, i);
                if (found == Opcode::NO_OPERATION) found = applied(Operands::SC, i);
                if (found == Opcode::NO_OPERATION) found = is_test(i) ? Opcode::GLOBAL_TEST : Opcode::CONSTANT;
                break;
            case Opcode::OP_TRUE:
            case Opcode::OP_FALSE:
            case Opcode::OP_NULL: found = is_test(i) ? Opcode::GLOBAL_TEST : Opcode::CONSTANT; break;
            case Opcode::OP_GET_LOCAL:
                if (is_local(i, i)) found = from_local(i);
                break;
            case Opcode::OP_SET_LOCAL:
                if (is_store(i, first.height, 1)) found = Opcode::STORE;
                break;
            case Opcode::OP_POP:
                if (first.height > 0) found = Opcode::DROP;
                break;
            case Opcode::OP_GET_UPVALUE:
                if (is_call_local(i + 1, i)) found = Opcode::UPVALUE_CALL;
                break;
            case Opcode::OP_STRING:
                if (is_path(i)) {
                    found = Opcode::GLOBAL_PATH;
                } else if (is_test(i)) {
                    found = Opcode::GLOBAL_TEST;
                }
                break;
            case Opcode::OP_CALL_GLOBAL:
                if (is_library_call(first)) found = from_library_call(i);
                break;
            default:
                if (is_operator(first)) found = applied(Operands::SS, i);
        }
        return found != Opcode::NO_OPERATION ? found : first.op;
    }

    Opcode from_library_call(std::size_t i) const {
        const Instruction& call = code_[i];
        if (!is_store(i + 1, call.height, call.n)) return Opcode::LIBRARY_CALL;
        const Function& function = *chunk_.callees[call.to].member->function;
        return function.inlined == Inlined::PushBack && call.n == 2 ? Opcode::PUSH_BACK_SET : Opcode::LIBRARY_CALL_SET;
    }

    Opcode from_local(std::size_t i) const {
        Opcode found = Opcode::NO_OPERATION;
        if (is_local(i + 1, i)) {
            if (at(i + 2) == Opcode::OP_GET_PROPERTY)
                return is_store(i + 3, code_[i].height, 0) ? Opcode::LOCAL_ELEMENT_SET : Opcode::LOCAL_ELEMENT;
            found = applied(Operands::LL, i);
        } else if (is_constant_at(i + 1)) {
            found = applied(Operands::LC, i);
        } else if (at(i + 1) == Opcode::OP_RETURN) {
            found = Opcode::LOCAL_RETURN;
        } else if (is_call_local(i + 1, i)) {
            found = Opcode::LOCAL_CALL;
        }
        if (found == Opcode::NO_OPERATION) found = applied(Operands::SL, i);
        return found != Opcode::NO_OPERATION ? found : Opcode::LOCAL;
    }

    /// An operator with operands of that shape, which begin at `from`, and what follows: the longest that there is.
    Opcode applied(Operands operands, std::size_t from) const {
        const int loads = fused::loads(operands);
        const std::size_t i = from + static_cast<std::size_t>(loads);
        const std::int64_t rest = std::int64_t{code_[from].height} - (2 - loads);  // what is below the operands
        if (i >= code_.size() || !is_operator(code_[i]) || rest < 0) return Opcode::NO_OPERATION;
        const auto row = [&](Then then) { return kFusedOperators[row_of(code_[i].op, operands, then)]; };
        Opcode found = Opcode::NO_OPERATION;
        switch (at(i + 1)) {
            case Opcode::OP_SET_LOCAL:
                if (!is_store(i + 1, rest, 0)) break;
                if (at(i + 2) == Opcode::OP_JUMP && leads(i + 2) < 0) found = row(Then::Loop);
                if (found == Opcode::NO_OPERATION) found = row(Then::Set);
                break;
            case Opcode::OP_JUMP_IF_FALSE:
                if (leads(i + 1) >= 0) found = row(Then::Test);
                break;
            case Opcode::OP_RETURN: found = row(Then::Give); break;
            default: break;
        }
        return found != Opcode::NO_OPERATION ? found : row(Then::Push);
    }
    /// How far a jump goes.
    std::int64_t leads(std::size_t i) const { return code_[i].constant.as_int(); }

    /// Constant keys, the name last, and the GET_GLOBAL that takes all of them.
    bool is_path(std::size_t i) {
        std::size_t count = 0;
        std::int64_t excess2 = 0;
        while (count < kLongestPath && (at(i + count) == Opcode::OP_STRING)) {
            const Value key = code_[i + count].constant;
            if (!key.is_string()) return false;
            excess2 += 2 * static_cast<std::int64_t>(key.units());
            ++count;
        }
        if (at(i + count) != Opcode::OP_GET_GLOBAL || code_[i + count].n != static_cast<std::int32_t>(count))
            return false;
        const std::vector<Value>& all = chunk_.path_keys;
        const Chunk::Path path{static_cast<std::uint32_t>(all.size()), static_cast<std::uint32_t>(count), excess2};
        for (std::size_t k = count; k-- > 0;) chunk_.path_keys.push_back(code_[i + k].constant);
        chunk_.reads.add(chunk_.keys(path));
        code_[i].to = static_cast<std::uint32_t>(chunk_.paths.size());
        chunk_.paths.push_back(path);
        return true;
    }

    /// A constant, a path, and an operator that tells whether what is there is as the constant says.
    bool is_test(std::size_t i) {
        Instruction& first = code_[i];
        if (i + 1 >= code_.size() || code_[i + 1].fast != Opcode::GLOBAL_PATH || first.constant.is_node()) return false;
        const std::uint32_t path = code_[i + 1].to;
        const Opcode op = at(i + chunk_.paths[path].size + 2);
        if (op < Opcode::OP_EQ || op > Opcode::OP_NOT_IREGEX || op == Opcode::OP_IN || op == Opcode::OP_NOT_IN)
            return false;
        const std::size_t units = first.constant.is_string() ? first.constant.units() : 0;
        if (units > kLongestConstant) return false;
        first.n = static_cast<std::int32_t>(2 * units);
        first.to = path;
        return true;
    }

    bool is_library_call(const Instruction& call) const {
        if (call.n > call.height) return false;
        const Library::Member* member = chunk_.callees[call.to].member;
        if (member == nullptr || member->function->native == nullptr) return false;
        const Function& function = *member->function;
        return call.n >= function.min_args && call.n <= kMostArguments &&
               (function.max_args == Function::kAnyNumber || call.n <= function.max_args);
    }

    Chunk& chunk_;
    const std::span<Instruction> code_;
};

}  // namespace

void fuse(Chunk& chunk) { Fuser(chunk).fuse(); }

}  // namespace hogvm
