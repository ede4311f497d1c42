#include <cmath>
#include <deque>
#include <limits>

#include <hogvm/convert.h>
#include <hogvm/hash.h>
#include <hogvm/javascript.h>
#include <hogvm/text.h>

#include "chunk.h"
#include "heights.h"

namespace hogvm {
namespace {

constexpr std::int64_t kLargestOperand = std::int64_t{1} << 30;
constexpr std::uint32_t kMostTokens = 1'000'000;  // of a chunk

class Decoder {
  public:
    Decoder(Chunk& chunk, const Library& library)
        : chunk_(chunk),
          library_(library),
          tokens_(chunk.tokens->values()),
          size_(static_cast<std::int64_t>(tokens_.size())) {}

    void decode(std::span<const std::int64_t> entries) {
        chunk_.at.assign(tokens_.size(), Chunk::kNone);
        chunk_.code.reserve(tokens_.size() / 2 + 8);
        // A header is skipped at the start; a jump may still lead into it.
        std::int64_t first = 0;
        if (size_ > 0 && tokens_[0].is_string()) {
            if (tokens_[0].as_text() == "_H") first = 2;
            if (tokens_[0].as_text() == "_h") first = 1;
        }
        if (first < size_) sequence(first);
        for (const std::int64_t ip : entries)
            if (ip >= 0 && ip < size_) arrivals_.push_back(ip);
        while (!arrivals_.empty()) {
            const std::int64_t ip = arrivals_.front();
            arrivals_.pop_front();
            if (chunk_.at[static_cast<std::size_t>(ip)] == Chunk::kNone) sequence(ip);
        }
        chunk_.before = emit(Opcode::UNEXPECTED, -1);
        chunk_.code.back().constant = Value::ascii("undefined");
        // The last sequence may run off the end, so END stands last (and each earlier one that runs off has its own).
        chunk_.end = emit(Opcode::END, size_);
        chunk_.start = first < size_ ? chunk_.at[static_cast<std::size_t>(first)] : chunk_.end;
        for (const auto& [instruction, target] : jumps_) lead(instruction, index_of(target));
    }

  private:
    std::uint32_t index_of(std::int64_t ip) const {
        if (ip < 0) return chunk_.before;
        return ip >= size_ ? chunk_.end : chunk_.at[static_cast<std::size_t>(ip)];
    }

    /// Sets where a jump leads.
    void lead(std::uint32_t from, std::uint32_t to) {
        Instruction& jump = chunk_.code[from];
        jump.to = to;
        const std::int64_t after = jump.op == Opcode::CONTINUE ? 0 : 1;
        const bool names = jump.op == Opcode::OP_CALLABLE || jump.op == Opcode::OP_DECLARE_FN;
        if (!names)
            jump.constant =
                Value::integer((std::int64_t{to} - from - after) * static_cast<std::int64_t>(sizeof(Instruction)));
    }

    std::uint32_t emit(Opcode op, std::int64_t ip) {
        chunk_.code.push_back({op, op, kUnknownHeight, static_cast<std::uint32_t>(ip), 0, 0, Value::null()});
        return static_cast<std::uint32_t>(chunk_.code.size() - 1);
    }
    Instruction& last() { return chunk_.code.back(); }

    void jump(std::int64_t target) {
        jumps_.emplace_back(static_cast<std::uint32_t>(chunk_.code.size() - 1), target);
        if (target >= 0 && target < size_) arrivals_.push_back(target);
    }

    /// Decodes from a token on, to the end of the tokens or to an instruction that is there.
    void sequence(std::int64_t ip) {
        while (ip < size_) {
            const std::uint32_t there = chunk_.at[static_cast<std::size_t>(ip)];
            if (there != Chunk::kNone) {
                const std::uint32_t from = emit(Opcode::CONTINUE, ip);
                lead(from, there);
                return;
            }
            chunk_.at[static_cast<std::size_t>(ip)] = static_cast<std::uint32_t>(chunk_.code.size());
            ip = instruction(ip);
        }
        emit(Opcode::END, size_);
    }

    void invalid(const std::string& message) {
        last().op = Opcode::INVALID;
        last().constant = chunk_.heap->string(message);
    }

    /// The operand at a token index as an integer. Where it is none the instruction becomes one that fails.
    bool operand(std::int64_t at, std::string_view what, std::int64_t* out, std::int64_t least = 0) {
        if (last().op == Opcode::INVALID) return false;
        if (at >= size_) {
            invalid("Unexpected end of bytecode");
            return false;
        }
        const Value token = tokens_[static_cast<std::size_t>(at)];
        if (token.is(Type::Int) && token.as_int() >= least && token.as_int() <= kLargestOperand) {
            *out = token.as_int();
            return true;
        }
        const double d = token.is_number() ? token.as_number() : std::numeric_limits<double>::quiet_NaN();
        if (!(d >= static_cast<double>(least) && d <= kLargestOperand) || d != std::trunc(d)) {
            const std::string text = text::shortened(javascript::to_string(token), 40);
            invalid("Invalid bytecode: " + std::string(kOpcodes[static_cast<std::uint8_t>(last().op)].name) +
                    " at token " + std::to_string(last().ip) + " needs " + std::string(what) + ", got " + text);
            return false;
        }
        *out = static_cast<std::int64_t>(d);
        return true;
    }

    /// 0 for what is no whole number. (1.0 is one.)
    static std::int64_t opcode_of(Value token) {
        if (token.is(Type::Int)) return token.as_int();
        if (!token.is(Type::Double) || std::abs(token.as_double()) > kOpcodeCount) return 0;
        return token.as_double() == std::trunc(token.as_double()) ? static_cast<std::int64_t>(token.as_double()) : 0;
    }

    /// Decodes one instruction and returns the index of the token after it.
    std::int64_t instruction(std::int64_t ip) {
        const Value token = tokens_[static_cast<std::size_t>(ip)];
        if (token.is(Type::Null)) {
            emit(Opcode::NO_OPERATION, ip);
            return ip + 1;
        }
        const std::int64_t number = opcode_of(token);
        if (number < 1 || number >= kOpcodeCount || number == 27 || number == 28) {
            emit(Opcode::UNEXPECTED, ip);
            last().constant = javascript::to_string(token, *chunk_.heap);
            return ip + 1;
        }
        const auto op = static_cast<Opcode>(number);
        emit(op, ip);
        const std::int64_t next = ip + 1;
        std::int64_t value = 0;
        switch (kOpcodes[static_cast<std::uint8_t>(op)].operands) {
            case 'n':
                if (op == Opcode::OP_CALL_LOCAL && next >= size_) {
                    last().n = -1;  // what it calls is looked at before its operand is missed
                    return next + 1;
                }
                [[fallthrough]];
            case 'u':
                if (operand(next, op == Opcode::OP_GET_UPVALUE || op == Opcode::OP_SET_UPVALUE ? "an index" : "a count",
                            &value))
                    last().n = static_cast<std::int32_t>(value);
                return next + 1;
            case 's':
                if (operand(next, "a slot", &value, -kLargestOperand)) last().n = static_cast<std::int32_t>(value);
                return next + 1;
            case 'v':
                if (next >= size_) {
                    invalid("Unexpected end of bytecode");
                } else {
                    last().constant = tokens_[static_cast<std::size_t>(next)];
                }
                return next + 1;
            case 'j':
                if (operand(next, "a jump offset", &value, -kLargestOperand)) jump(next + 1 + value);
                return next + 1;
            case 't':
                if (operand(next, "a jump offset", &value, -kLargestOperand)) {
                    // The handler's ip is relative to TRY: index of TRY + 1 + offset.
                    const std::int64_t handler = next + value;
                    last().n = static_cast<std::int32_t>(handler);
                    if (handler >= 0 && handler < size_) arrivals_.push_back(handler);
                }
                return next + 1;
            case 'g': return call(next);
            case 'd':
            case 'f': return function(op, next);
            case 'c': return closure(next);
            default:
                if (op == Opcode::OP_TRUE || op == Opcode::OP_FALSE)
                    last().constant = Value::boolean(op == Opcode::OP_TRUE);
                return next;
        }
    }

    std::int64_t call(std::int64_t next) {
        std::int64_t count = 0;
        if (next >= size_) {
            invalid("Unexpected end of bytecode");
        } else if (operand(next + 1, "a count of arguments", &count)) {
            const Value name = javascript::to_string(tokens_[static_cast<std::size_t>(next)], *chunk_.heap);
            last().n = static_cast<std::int32_t>(count);
            last().constant = name;
            const auto [found, is_new] =
                callee_of_.try_emplace(name.as_text(), static_cast<std::uint32_t>(chunk_.callees.size()));
            if (is_new) chunk_.callees.push_back({name, library_.find(name.as_text())});
            last().to = found->second;
        }
        return next + 2;
    }

    /// DECLARE_FN and CALLABLE: the body follows and is jumped over.
    std::int64_t function(Opcode op, std::int64_t next) {
        const bool is_callable = op == Opcode::OP_CALLABLE;
        const std::int64_t body = next + (is_callable ? 4 : 3);
        Chunk::FunctionBody f{0, 0, body, {}};
        std::int64_t length = 0;
        if (next >= size_) {
            invalid("Unexpected end of bytecode");
            return body;
        }
        const bool is_whole = operand(next + 1, "a count of arguments", &f.arg_count) &&
                              (!is_callable || operand(next + 2, "a count of upvalues", &f.upvalue_count)) &&
                              operand(body - 1, "a length", &length, -kLargestOperand);
        if (is_whole) {
            last().constant = tokens_[static_cast<std::size_t>(next)];
            last().n = static_cast<std::int32_t>(chunk_.functions.size());
            chunk_.functions.push_back(std::move(f));
            jump(body + length);
            if (body < size_) arrivals_.push_back(body);
        }
        return body;
    }

    std::int64_t closure(std::int64_t next) {
        std::int64_t count = 0;
        // What it closes is looked at before its count, and that before its pairs are read: what is missing fails then.
        if (next >= size_) count = -1;
        if (count == 0 && !operand(next, "a count of upvalues", &count)) return next + 1;
        last().n = static_cast<std::int32_t>(chunk_.functions.size());
        Chunk::FunctionBody f{0, count, 0, {}};
        std::int64_t at = next + 1;
        for (std::int64_t i = 0; i < count && at + 1 < size_; ++i, at += 2) {
            const Value is_local = tokens_[static_cast<std::size_t>(at)];
            const Value index = tokens_[static_cast<std::size_t>(at + 1)];
            const double d = index.is_number() ? index.as_number() : -1;
            const bool fits = d >= 0 && d <= kLargestOperand && d == std::trunc(d);
            f.captures.emplace_back(javascript::to_boolean(is_local), fits ? static_cast<std::int64_t>(d) : -1);
        }
        chunk_.functions.push_back(std::move(f));
        return at;
    }

    Chunk& chunk_;
    const Library& library_;
    std::span<const Value> tokens_;
    std::int64_t size_;
    std::deque<std::int64_t> arrivals_;
    std::vector<std::pair<std::uint32_t, std::int64_t>> jumps_;
    KeyedMap<std::string_view, std::uint32_t> callee_of_;
};

}  // namespace

std::shared_ptr<const Chunk> decode(Value name, const Array* tokens, std::shared_ptr<Heap> heap, const Library& library,
                                    const Arrivals& arrivals) {
    if (tokens->size > kMostTokens)
        throw LoadError("program: chunk \"" + text::shortened(name.as_text(), 40) + "\" has " +
                        std::to_string(tokens->size) + " tokens, of " + std::to_string(kMostTokens) + " at the most");
    try {
        freeze(Value::array(const_cast<Array*>(tokens)));
    } catch (const Failure& e) {
        throw LoadError("program: " + e.message);
    }
    auto chunk = std::make_shared<Chunk>();
    chunk->name = name;
    chunk->is_root = name.as_text() == "root";
    chunk->heap = std::move(heap);
    chunk->tokens = tokens;
    Decoder(*chunk, library).decode(arrivals.ips);
    find_heights(*chunk, arrivals.arguments);
    fuse(*chunk);
    return chunk;
}

}  // namespace hogvm
