#include "spliced.h"

#include <cstdint>
#include <string>

#include "members.h"

namespace hogvm::rules {
namespace json = boost::json;
namespace {

using Position = std::int64_t;

/// Walks the tokens of a program, without its header, instruction by instruction.
class Walk {
  public:
    Walk(const json::array& tokens, const Property& property, const Place& place)
        : tokens_(tokens), property_(property), place_(place), size_(static_cast<Position>(tokens.size())) {}

    /// Whether the tokens need a frame of their own. Fails where they are no whole instructions.
    bool needs_frame() {
        while (at_ < size_) step();
        if (at_ > size_) fail(size_ - 1, "ends inside an instruction");
        return needs_frame_;
    }

  private:
    void step() {
        const Position op = number(at_);
        if (op < 1 || op >= kOpcodeCount) fail(at_, "has no such instruction: " + excerpt(token(at_)));
        const bool is_outside = at_ >= functions_end_;
        const Position start = at_++;
        switch (kOpcodes[static_cast<std::size_t>(op)].operands) {
            case '-': break;
            case 'g': at_ += 2; break;
            case 'd':
                needs_frame_ = true;
                enter(start, 3);
                break;
            case 'f': enter(start, 4); break;
            case 'c': step_closure(is_outside); break;
            case 'j': jump(at_ + 1); break;
            case 't': jump(at_); break;
            default: ++at_; break;
        }
        const auto is = [op](Opcode opcode) { return op == static_cast<Position>(opcode); };
        if (is_outside && (is(Opcode::OP_RETURN) || is(Opcode::OP_GET_LOCAL) || is(Opcode::OP_SET_LOCAL)))
            needs_frame_ = true;
    }
    /// A function's code follows the last of its operands, which is its length.
    void enter(Position start, Position operands) {
        at_ = start + 1 + operands;
        const Position length = number(at_ - 1);
        if (length < 0 || length > size_ - at_) fail(start, "has a function that is longer than the program");
        if (at_ + length > functions_end_) functions_end_ = at_ + length;
    }
    void step_closure(bool is_outside) {
        const Position captured = number(at_++);
        if (captured < 0 || captured > size_)
            fail(at_ - 1, "has a closure of " + excerpt(token(at_ - 1)) + " variables");
        if (is_outside && captured > 0) needs_frame_ = true;
        at_ += 2 * captured;
    }
    void jump(Position origin) {
        const Position target = origin + number(at_);
        if (target < 0 || target > size_) fail(at_, "jumps out of the program");
        ++at_;
    }

    const json::value& token(Position at) {
        if (at >= size_) fail(size_ - 1, "ends inside an instruction");
        return tokens_[static_cast<std::size_t>(at)];
    }
    Position number(Position at) {
        const json::value& value = token(at);
        constexpr Position kMost = 1 << 30;
        if (!value.is_int64() || value.get_int64() > kMost || value.get_int64() < -kMost)
            fail(at, "has " + excerpt(value) + " where a number belongs");
        return value.get_int64();
    }
    [[noreturn]] void fail(Position at, const std::string& what) {
        const auto header = std::size_t{2};
        property_.fail(place_ / (static_cast<std::size_t>(at) + header),
                       "has bytecode that " + what + "; give it as the compiler made it");
    }

    const json::array& tokens_;
    const Property& property_;
    const Place& place_;
    const Position size_;
    Position at_ = 0;
    Position functions_end_ = 0;
    bool needs_frame_ = false;
};

}  // namespace

Expression spliced_expression(const Property& property) {
    const json::value* bytecode = member(property.json, "bytecode");
    if (bytecode == nullptr) {
        property.fail(property.place,
                      "is an expression, and there is no compiler for its text here; give what a compiler made of it "
                      "beside it, as \"bytecode\": [\"_H\", 1, ...]");
    }
    const Place at = property.place / "bytecode";
    const json::array* program = bytecode->if_array();
    const bool has_header = program != nullptr && program->size() > 2 && (*program)[0] == "_H" && (*program)[1] == 1;
    if (!has_header) property.fail(at, "needs bytecode of version 1, [\"_H\", 1, ...], got " + excerpt(*bytecode));

    json::array tokens(program->begin() + 2, program->end());
    const json::value end(static_cast<std::int64_t>(Opcode::OP_RETURN));
    if (!Walk(tokens, property, at).needs_frame()) return code(std::move(tokens));
    // Where nothing but the last token wants a frame, it is a plain expression that was compiled as a program.
    if (tokens.size() > 1 && tokens.back() == end) {
        json::array rest(tokens.begin(), tokens.end() - 1);
        bool is_whole = true;
        try {
            is_whole = !Walk(rest, property, at).needs_frame();
        } catch (const FilterError&) {
            is_whole = false;  // the last token was an operand
        }
        if (is_whole) return code(std::move(rest));
    }
    tokens.push_back(end);
    return called_code(std::move(tokens));
}

}  // namespace hogvm::rules
