#include <algorithm>
#include <map>
#include <vector>

#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/program.h>

#include "chunk.h"

namespace hogvm {
namespace {

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

/// The tokens that jumps lead to, by label.
class Labels {
  public:
    explicit Labels(const Chunk& chunk) {
        for (const Instruction& i : chunk.code) {
            switch (i.op) {
                case Opcode::OP_JUMP:
                case Opcode::OP_JUMP_IF_FALSE:
                case Opcode::OP_JUMP_IF_STACK_NOT_NULL:
                case Opcode::OP_CALLABLE:
                case Opcode::OP_DECLARE_FN:
                    if (i.to != chunk.before) names_[chunk.code[i.to].ip];
                    break;
                case Opcode::OP_TRY:
                    if (i.n >= 0) names_[static_cast<std::uint32_t>(i.n)];
                    break;
                default: break;
            }
        }
        int number = 0;
        for (auto& [ip, name] : names_) name = "L" + std::to_string(++number);
    }

    std::string of(std::uint32_t ip) const {
        const auto found = names_.find(ip);
        return found != names_.end() ? found->second : "";
    }

  private:
    std::map<std::uint32_t, std::string> names_;
};

std::string operands(const Chunk& chunk, const Instruction& i, const Labels& labels) {
    const auto target = [&] {
        return i.to == chunk.before ? std::string("(before the first token)") : labels.of(chunk.code[i.to].ip);
    };
    switch (kOpcodes[static_cast<std::uint8_t>(i.op)].operands) {
        case 'n':
        case 's':
        case 'u': return std::to_string(i.n);
        case 'v': return json::to_text(i.constant);
        case 'j': return "-> " + target();
        case 't': return "catch -> " + labels.of(static_cast<std::uint32_t>(std::max(i.n, 0)));
        case 'g': return json::to_text(i.constant) + " " + std::to_string(i.n);
        case 'd':
        case 'f': {
            const Chunk::FunctionBody& f = chunk.functions[static_cast<std::size_t>(i.n)];
            std::string out = json::to_text(i.constant) + " args=" + std::to_string(f.arg_count);
            if (i.op == Opcode::OP_CALLABLE) out += " upvalues=" + std::to_string(f.upvalue_count);
            return out + " end -> " + target();
        }
        case 'c': {
            std::string out;
            for (const auto& [is_local, index] : chunk.functions[static_cast<std::size_t>(i.n)].captures)
                out +=
                    (out.empty() ? "" : ", ") + std::string(is_local ? "local " : "upvalue ") + std::to_string(index);
            return out;
        }
        default: return "";
    }
}

void disassemble(const Chunk& chunk, std::string& out) {
    const Labels labels(chunk);
    const auto size = static_cast<std::uint32_t>(chunk.tokens->size);
    const std::size_t width = std::to_string(size).size();
    const auto line = [&](std::uint32_t ip, const std::string& name, const std::string& rest) {
        const std::string label = labels.of(ip);
        std::string text = padded(label.empty() ? "" : label + ":", 6);
        const std::string number = std::to_string(ip);
        text += std::string(width - std::min(width, number.size()), ' ') + number + "  ";
        text += rest.empty() ? name : padded(name, 22) + "  " + rest;
        out += text + '\n';
    };
    out += "chunk \"" + std::string(chunk.name.as_text()) + "\"\n";
    bool from_the_start = true;
    for (std::size_t at = chunk.start; at < chunk.code.size(); ++at) {
        const Instruction& i = chunk.code[at];
        if (at == chunk.before) break;
        switch (i.op) {
            case Opcode::END:
                if (from_the_start) line(size, "(end)", "");
                from_the_start = false;
                break;
            case Opcode::CONTINUE: out += "      goes on at token " + std::to_string(i.ip) + '\n'; break;
            case Opcode::UNEXPECTED: line(i.ip, "?", std::string(i.constant.as_text())); break;
            case Opcode::INVALID: line(i.ip, "!", std::string(i.constant.as_text())); break;
            case Opcode::NO_OPERATION: line(i.ip, "null", ""); break;
            default:
                line(i.ip, std::string(kOpcodes[static_cast<std::uint8_t>(i.op)].name), operands(chunk, i, labels));
        }
    }
}

}  // namespace

std::string Program::disassemble() const {
    std::string out;
    for (const auto& chunk : chunks_) {
        if (!out.empty()) out += '\n';
        hogvm::disassemble(*chunk, out);
    }
    return out;
}

}  // namespace hogvm
