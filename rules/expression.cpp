#include "expression.h"

#include <algorithm>
#include <utility>

namespace hogvm::rules {
namespace json = boost::json;

enum class Form : std::uint8_t {
    Constant,  // value
    Global,    // names, the innermost first
    Argument,
    Operation,  // the operands, then op
    Counted,    // the operands, then op and their number
    Call,       // the operands, then a call of names[0]
    IfNull,     // operands: value, fallback
    Lambda,     // operands: body
    Code,       // value: the tokens
    CalledCode  // the operands, then a closure made of value, called with them
};

struct Node {
    Form form;
    Opcode op = Opcode::NO_OPERATION;
    json::value value{};
    std::vector<std::string> names{};
    Expressions operands{};
};

namespace {

Expression make(Node node) { return std::make_shared<const Node>(std::move(node)); }

Expression counted(Opcode op, Expressions operands) {
    return make({Form::Counted, op, nullptr, {}, std::move(operands)});
}

class Emitter {
  public:
    Emitter(std::size_t max_size, json::array& tokens) : left_(max_size), tokens_(tokens) {}

    void emit(const Node& node) {
        switch (node.form) {
            case Form::Constant: return emit_constant(node.value);
            case Form::Global:
                for (const std::string& name : node.names) emit_string(name);
                return append(Opcode::OP_GET_GLOBAL, node.names.size());
            case Form::Argument: return append(Opcode::OP_GET_LOCAL, std::size_t{0});
            case Form::Operation: emit_all(node.operands); return append(node.op);
            case Form::Counted: emit_all(node.operands); return append(node.op, node.operands.size());
            case Form::Call:
                emit_all(node.operands);
                append(Opcode::OP_CALL_GLOBAL, node.names[0]);
                return append(node.operands.size());
            case Form::IfNull: return emit_if_null(node);
            case Form::Lambda: return emit_lambda(node);
            case Form::Code: return emit_code(node.value.get_array());
            case Form::CalledCode: return emit_called_code(node);
        }
    }

  private:
    template <typename... Tokens>
    void append(Tokens&&... tokens) {
        (append_one(std::forward<Tokens>(tokens)), ...);
    }
    void append_one(Opcode op) { append_one(static_cast<std::size_t>(op)); }
    void append_one(std::size_t number) { append_one(json::value(static_cast<std::int64_t>(number))); }
    void append_one(const std::string& text) { append_one(json::value(text)); }
    void append_one(json::value token) {
        const std::size_t size = 4 + (token.is_string() ? token.get_string().size() : 0);
        if (size > left_) throw TooLarge{};
        left_ -= size;
        tokens_.push_back(std::move(token));
    }

    void emit_all(const Expressions& operands) {
        for (const Expression& operand : operands) emit(*operand);
    }
    void emit_string(const std::string& text) { append(Opcode::OP_STRING, text); }
    void emit_constant(const json::value& value) {
        switch (value.kind()) {
            case json::kind::null: return append(Opcode::OP_NULL);
            case json::kind::bool_: return append(value.get_bool() ? Opcode::OP_TRUE : Opcode::OP_FALSE);
            case json::kind::string: return append(Opcode::OP_STRING, value);
            case json::kind::double_: return append(Opcode::OP_FLOAT, value);
            default: return append(Opcode::OP_INTEGER, value);
        }
    }
    void emit_code(const json::array& tokens) {
        for (const json::value& token : tokens) append_one(token);
    }

    // What is emitted between has the length that goes where the result points.
    std::size_t begin_length() {
        append(std::size_t{0});
        return tokens_.size() - 1;
    }
    void end_length(std::size_t at) { tokens_[at] = static_cast<std::int64_t>(tokens_.size() - at - 1); }

    void emit_if_null(const Node& node) {
        emit(*node.operands[0]);
        append(Opcode::OP_JUMP_IF_STACK_NOT_NULL);
        const std::size_t length = begin_length();
        append(Opcode::OP_POP);
        emit(*node.operands[1]);
        end_length(length);
    }
    std::size_t begin_callable(std::size_t parameters) {
        append(Opcode::OP_CALLABLE, std::string("lambda"), parameters, std::size_t{0});
        return begin_length();
    }
    void end_callable(std::size_t length) {
        end_length(length);
        append(Opcode::OP_CLOSURE, std::size_t{0});
    }
    void emit_lambda(const Node& node) {
        const std::size_t length = begin_callable(1);
        emit(*node.operands[0]);
        append(Opcode::OP_RETURN);
        end_callable(length);
    }
    void emit_called_code(const Node& node) {
        emit_all(node.operands);
        const std::size_t length = begin_callable(node.operands.size());
        emit_code(node.value.get_array());
        end_callable(length);
        append(Opcode::OP_CALL_LOCAL, node.operands.size());
    }

    std::size_t left_;
    json::array& tokens_;
};

}  // namespace

Expression constant(json::value value) { return make({.form = Form::Constant, .value = std::move(value)}); }
Expression global(std::vector<std::string> keys) {
    std::reverse(keys.begin(), keys.end());
    return make({.form = Form::Global, .names = std::move(keys)});
}
Expression argument() { return make({.form = Form::Argument}); }

// The right side is evaluated first.
Expression compare(Opcode op, Expression left, Expression right) {
    return make({.form = Form::Operation, .op = op, .operands = {std::move(right), std::move(left)}});
}
Expression negation(Expression operand) {
    return make({.form = Form::Operation, .op = Opcode::OP_NOT, .operands = {std::move(operand)}});
}
Expression all_of(Expressions operands) {
    return operands.size() == 1 ? operands[0] : counted(Opcode::OP_AND, std::move(operands));
}
Expression any_of(Expressions operands) {
    return operands.size() == 1 ? operands[0] : counted(Opcode::OP_OR, std::move(operands));
}
Expression call(std::string function, Expressions arguments) {
    return make({.form = Form::Call, .names = {std::move(function)}, .operands = std::move(arguments)});
}
Expression if_null(Expression value, Expression fallback) {
    return make({.form = Form::IfNull, .operands = {std::move(value), std::move(fallback)}});
}
Expression lambda(Expression body) { return make({.form = Form::Lambda, .operands = {std::move(body)}}); }
Expression tuple(Expressions items) { return counted(Opcode::OP_TUPLE, std::move(items)); }
Expression array(Expressions items) { return counted(Opcode::OP_ARRAY, std::move(items)); }
Expression code(json::array tokens) { return make({.form = Form::Code, .value = std::move(tokens)}); }
Expression called_code(json::array tokens) { return make({.form = Form::CalledCode, .value = std::move(tokens)}); }
Expression called_with(json::array tokens, Expression value) {
    return make({.form = Form::CalledCode, .value = std::move(tokens), .operands = {std::move(value)}});
}

void append_tokens(const Expression& expression, std::size_t max_size, json::array& tokens) {
    Emitter(max_size, tokens).emit(*expression);
}

}  // namespace hogvm::rules
