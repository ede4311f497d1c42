#include "words.h"

#include <string_view>

#include <hogvm/print.h>

namespace hogvm::matching {
namespace {

using Kind = Term::Kind;

std::string_view symbol_of(Opcode op) {
    switch (op) {
        case Opcode::OP_PLUS: return "+";
        case Opcode::OP_MINUS: return "-";
        case Opcode::OP_MULTIPLY: return "*";
        case Opcode::OP_DIVIDE: return "/";
        case Opcode::OP_MOD: return "%";
        case Opcode::OP_EQ: return "=";
        case Opcode::OP_NOT_EQ: return "!=";
        case Opcode::OP_GT: return ">";
        case Opcode::OP_GT_EQ: return ">=";
        case Opcode::OP_LT: return "<";
        case Opcode::OP_LT_EQ: return "<=";
        case Opcode::OP_LIKE: return "like";
        case Opcode::OP_ILIKE: return "ilike";
        case Opcode::OP_NOT_LIKE: return "not like";
        case Opcode::OP_NOT_ILIKE: return "not ilike";
        case Opcode::OP_IN: return "in";
        case Opcode::OP_NOT_IN: return "not in";
        case Opcode::OP_REGEX: return "=~";
        case Opcode::OP_NOT_REGEX: return "!~";
        case Opcode::OP_IREGEX: return "=~*";
        case Opcode::OP_NOT_IREGEX: return "!~*";
        default: return "";
    }
}

class Writer {
  public:
    explicit Writer(const Reading& reading) : reading_(reading) {}

    void write(std::uint32_t i) {
        const Term& e = reading_[i];
        switch (e.kind) {
            case Kind::Constant: print_value(e.constant, out); break;
            case Kind::Global: out += path_of(e); break;
            case Kind::And: joined(e, " and "); break;
            case Kind::Or: joined(e, " or "); break;
            case Kind::Not:
                out += "not ";
                nested(e.operands[0]);
                break;
            case Kind::List: list(e, e.op == Opcode::OP_TUPLE ? "()" : "[]"); break;
            case Kind::IfNull:
                out += "ifNull";
                list(e, "()");
                break;
            case Kind::Local: out += 'v'; break;
            case Kind::Function:
                out += "v -> ";
                write(e.operands[0]);
                break;
            default: computed(e);
        }
    }

    std::string out;

  private:
    void computed(const Term& e) {
        if (!e.name.empty()) {
            out += e.name;
            list(e, "()");
        } else if (const std::string_view symbol = symbol_of(e.op); !symbol.empty() && e.operands.size() == 2) {
            nested(e.operands[0]);
            out.append(" ").append(symbol).append(" ");
            nested(e.operands[1]);
        } else if (e.op == Opcode::OP_JUMP_IF_FALSE) {
            nested(e.operands[0]);
            out += " ? ";
            nested(e.operands[1]);
            out += " : ";
            nested(e.operands[2]);
        } else if (e.op == Opcode::OP_GET_PROPERTY || e.op == Opcode::OP_GET_PROPERTY_NULLISH) {
            nested(e.operands[0]);
            out += e.op == Opcode::OP_GET_PROPERTY ? "[" : "?.[";
            write(e.operands[1]);
            out += ']';
        } else {
            list(e, e.op == Opcode::OP_TUPLE ? "()" : "[]");
        }
    }

    void joined(const Term& e, std::string_view word) {
        if (e.operands.empty()) out += e.kind == Kind::And ? "true" : "false";
        for (std::size_t k = 0; k < e.operands.size(); ++k) {
            if (k > 0) out += word;
            const Term& operand = reading_[e.operands[k]];
            const bool is_looser =
                operand.kind == Kind::And || operand.kind == Kind::Or || operand.op == Opcode::OP_JUMP_IF_FALSE;
            is_looser ? nested(e.operands[k]) : write(e.operands[k]);
        }
    }

    void list(const Term& e, std::string_view brackets) {
        out += brackets[0];
        for (std::size_t k = 0; k < e.operands.size(); ++k) {
            if (k > 0) out += ", ";
            write(e.operands[k]);
        }
        out += brackets[1];
    }

    /// In parentheses where it is made of others by an operator.
    void nested(std::uint32_t i) {
        const Term& e = reading_[i];
        const bool is_call = !e.name.empty() || e.kind == Kind::IfNull;
        const bool is_atom = is_call || e.operands.empty() || e.kind == Kind::List;
        if (!is_atom) out += '(';
        write(i);
        if (!is_atom) out += ')';
    }

    const Reading& reading_;
};

}  // namespace

std::string words_of(const Reading& reading, std::uint32_t term) {
    Writer writer(reading);
    writer.write(term);
    return std::move(writer.out);
}

std::string path_of(const Term& global) {
    std::string path;
    for (const Value key : global.path) {
        if (!path.empty()) path += '.';
        print_identifier(key.as_text(), path);
    }
    return path;
}

}  // namespace hogvm::matching
