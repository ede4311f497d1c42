#include <hogvm/program.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <boost/json/value.hpp>

#include <hogvm/convert.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>
#include <hogvm/text.h>

#include "chunk.h"

namespace hogvm {
namespace {

constexpr std::size_t kMostFindings = 1000;
constexpr std::size_t kLongestName = 200;  // bytes, in a finding
constexpr const char* kWrongHeader = "Invalid HogQL bytecode, must start with '_H'";

bool has_header(const Array* tokens) {
    if (tokens->size == 0 || !tokens->items[0].is_string()) return false;
    const std::string_view word = tokens->items[0].as_text();
    return word == "_H" || word == "_h";
}

/// Null is version 0. What is no number is none of the versions that make a difference, unless it is above 0.
double version_of(Value token) {
    const double version = javascript::to_number(token);
    return token.is_number() || token.is(Type::Null) || version > 0 ? version : std::nan("");
}

/// A member of a chunk's object: its tokens, or its globals.
std::shared_ptr<Chunk> decode_entry(std::string_view name, Value entry, const std::shared_ptr<Heap>& heap,
                                    const Library& library) {
    const std::string where = "program: chunk \"" + std::string(name) + "\": ";
    if (!entry.is(Type::Object)) throw LoadError(where + "expected an object with \"bytecode\"");
    const Entry* bytecode = heap->find(entry.as_dict(), "bytecode");
    if (bytecode == nullptr || !bytecode->value.is(Type::Array)) throw LoadError(where + "\"bytecode\" is no array");
    const auto chunk = decode(heap->string(name), bytecode->value.as_array(), heap, library);
    auto writable = std::const_pointer_cast<Chunk>(chunk);
    const Entry* globals = heap->find(entry.as_dict(), "globals");
    if (globals != nullptr && globals->value.is(Type::Object)) {
        try {
            freeze(globals->value);
        } catch (const Failure& e) {
            throw LoadError(where + "\"globals\": " + e.message);
        }
        writable->globals = globals->value.as_dict();
    }
    return writable;
}

Value parse_into(std::string_view json, Heap& heap) {
    try {
        return json::parse_copy(json, heap);
    } catch (const json::ParseError& e) {
        throw LoadError("program: not JSON: " + e.message);
    } catch (const Failure& e) {
        throw LoadError("program: " + e.message);
    }
}

/// The chunk of a library function that is written in Hog.
std::shared_ptr<const Chunk> library_chunk(const Function& function, const Library& library) {
    auto heap = std::make_shared<Heap>();
    const Array* tokens = parse_into(function.hog, *heap).as_array();
    return decode(heap->string("stl/" + std::string(function.name)), tokens, heap, library, {function.min_args, {}});
}

}  // namespace

std::shared_ptr<const Program> Program::parse(std::string_view json, const Library& library) {
    auto heap = std::make_shared<Heap>();
    const Value tokens = parse_into(json, *heap);
    return load(tokens, std::move(heap), library);
}

std::shared_ptr<const Program> Program::load(const boost::json::value& json, const Library& library) {
    auto heap = std::make_shared<Heap>();
    try {
        const Value tokens = json::from_boost(json, *heap);
        return load(tokens, std::move(heap), library);
    } catch (const Failure& e) {
        throw LoadError("program: " + e.message);
    }
}

std::shared_ptr<const Program> Program::load(Value input, std::shared_ptr<Heap> heap, const Library& library) {
    std::shared_ptr<Program> program(new Program(library));
    if (input.is(Type::Array)) {
        if (!has_header(input.as_array())) throw LoadError(kWrongHeader);
        program->chunks_.push_back(decode(Value::ascii("root"), input.as_array(), heap, library));
    } else if (input.is(Type::Object)) {
        const Entry* bytecodes = heap->find(input.as_dict(), "bytecodes");
        if (bytecodes == nullptr || !bytecodes->value.is(Type::Object))
            throw LoadError("program: expected an array of tokens or an object with \"bytecodes\"");
        const Dict* chunks = bytecodes->value.as_dict();
        const Entry* root = heap->find(chunks, "root");
        if (root == nullptr) throw LoadError("program: \"bytecodes\" has no chunk \"root\"");
        program->chunks_.push_back(decode_entry("root", root->value, heap, library));
        if (!has_header(program->chunks_[0]->tokens)) throw LoadError(kWrongHeader);
        for (const Entry& e : chunks->items())
            if (e.key.as_text() != "root")
                program->chunks_.push_back(decode_entry(e.key.as_text(), e.value, heap, library));
    } else {
        throw LoadError("program: expected an array of tokens or an object with \"bytecodes\"");
    }
    const Array* tokens = program->chunks_[0]->tokens;
    if (tokens->items[0].as_text() == "_H" && tokens->size > 1) program->version_ = version_of(tokens->items[1]);
    return program;
}

std::shared_ptr<const Chunk> load_chunk(std::string_view name, Value chunk, const std::shared_ptr<Heap>& heap,
                                        const Library& library) {
    if (chunk.is(Type::Array)) return decode(heap->string(name), chunk.as_array(), heap, library);
    return decode_entry(name, chunk, heap, library);
}

const std::shared_ptr<const Chunk>* Program::find_chunk(std::string_view name) const {
    for (const auto& chunk : chunks_)
        if (chunk->name.as_text() == name) return &chunk;
    return nullptr;
}

std::shared_ptr<const Program> Program::with_chunks(std::span<const std::shared_ptr<const Chunk>> more) const {
    if (more.empty()) return shared_from_this();
    std::shared_ptr<Program> program(new Program(library_));
    program->version_ = version_;
    program->chunks_ = chunks_;
    program->chunks_.insert(program->chunks_.end(), more.begin(), more.end());
    return program;
}

std::vector<std::string> Program::reads() const {
    std::set<std::string> paths;
    for (const auto& chunk : chunks_) {
        for (std::size_t at = 0; at < chunk->code.size(); ++at) {
            const Instruction& i = chunk->code[at];
            if (i.op != Opcode::OP_GET_GLOBAL) continue;
            // Its keys are the constants pushed just before, the name last.
            std::string path;
            for (std::int32_t k = 1; k <= i.n && static_cast<std::size_t>(k) <= at; ++k) {
                const Instruction& key = chunk->code[at - static_cast<std::size_t>(k)];
                if (key.op != Opcode::OP_STRING && key.op != Opcode::OP_INTEGER) break;
                if (k > 1) path += '.';
                javascript::append_string(key.constant, path);
            }
            if (!path.empty()) paths.insert(path);
        }
    }
    return {paths.begin(), paths.end()};
}

std::vector<Program::Finding> Program::check() const {
    std::vector<Finding> findings;
    for (const auto& chunk : chunks_) {
        const std::string name = text::shortened(chunk->name.as_text(), kLongestName);
        const auto found = [&](std::int64_t ip, std::string message) {
            if (findings.size() < kMostFindings) findings.push_back({name, ip, std::move(message)});
        };
        std::vector<bool> is_start(chunk->tokens->size, false);
        std::set<std::string_view> declared;
        for (const Instruction& i : chunk->code)
            if (i.op == Opcode::OP_DECLARE_FN && i.constant.is_string()) declared.insert(i.constant.as_text());
        bool in_order = true;  // up to where the decoding from the start ends
        for (std::size_t at = chunk->start; at < chunk->code.size(); ++at) {
            const Instruction& i = chunk->code[at];
            if (i.op == Opcode::END || i.op == Opcode::CONTINUE) in_order = false;
            if (in_order) is_start[i.ip] = true;
        }
        for (const Instruction& i : chunk->code) {
            if (&i == &chunk->code[chunk->before]) continue;
            switch (i.op) {
                case Opcode::UNEXPECTED:
                    found(i.ip, "Unexpected node while running bytecode in chunk \"" + name +
                                    "\": " + text::shortened(i.constant.as_text(), kLongestName));
                    break;
                case Opcode::INVALID: found(i.ip, text::shortened(i.constant.as_text(), 2 * kLongestName)); break;
                case Opcode::OP_CALL_GLOBAL:
                    check_call(*chunk, i, declared.contains(chunk->callees[i.to].name.as_text()), found);
                    break;
                case Opcode::OP_JUMP:
                case Opcode::OP_JUMP_IF_FALSE:
                case Opcode::OP_JUMP_IF_STACK_NOT_NULL: {
                    const Instruction& target = chunk->code[i.to];
                    if (i.to == chunk->before) {
                        found(i.ip, "jumps to before the first token");
                    } else if (target.op != Opcode::END && !is_start[target.ip]) {
                        found(i.ip,
                              "jumps to token " + std::to_string(target.ip) + ", in the middle of an instruction");
                    }
                    break;
                }
                default: break;
            }
        }
    }
    std::sort(findings.begin(), findings.end(),
              [](const Finding& a, const Finding& b) { return a.chunk != b.chunk ? a.chunk < b.chunk : a.ip < b.ip; });
    return findings;
}

void Program::check_call(const Chunk& chunk, const Instruction& i, bool is_declared,
                         const std::function<void(std::int64_t, std::string)>& found) {
    const Chunk::Callee& callee = chunk.callees[i.to];
    const std::string name = text::shortened(callee.name.as_text(), kLongestName);
    if (is_declared) return;
    if (name == "import") {
        if (i.n != 1) found(i.ip, "Function import requires exactly 1 argument");
        return;
    }
    if (callee.member == nullptr) {
        found(i.ip, "Unsupported function call: " + name + " (unless the host has it)");
        return;
    }
    const Function& f = *callee.member->function;
    const bool too_many = f.max_args != Function::kAnyNumber && i.n > f.max_args;
    if (f.is_async || (i.n >= f.min_args && !too_many)) return;
    const std::string bound = f.native == nullptr ? "exactly" : too_many ? "at most" : "at least";
    found(i.ip, "Function " + name + " requires " + bound + " " + std::to_string(too_many ? f.max_args : f.min_args) +
                    " arguments, got " + std::to_string(i.n));
}

// Libraries.

Library::Library(std::span<const Function> functions) : functions_(functions) {
    for (const Function& f : functions_) by_name_.emplace(f.name, Member{&f, nullptr});
    // Those written in Hog call others, so their chunks come when all names are known.
    for (auto& [name, member] : by_name_)
        if (!member.function->hog.empty()) member.chunk = library_chunk(*member.function, *this);
}

Library::~Library() = default;

const Library::Member* Library::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found != by_name_.end() ? &found->second : nullptr;
}

}  // namespace hogvm
