#include "exact.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <hogvm/error.h>
#include <hogvm/javascript.h>
#include <hogvm/json.h>

namespace hogvm::exact {
namespace {

constexpr double kFirstUnsafe = 9007199254740992.0;  // from here on an integer's digits may be another's

std::uint32_t children_of(const Node* n) {
    switch (n->type) {
        case Type::Array: return static_cast<const Array*>(n)->size;
        case Type::Dict:
        case Type::Object: return 2 * static_cast<const Dict*>(n)->size;
        case Type::Closure: return 1;
        default: return 2;
    }
}

Value child_of(const Node* n, std::uint32_t i) {
    switch (n->type) {
        case Type::Array: return static_cast<const Array*>(n)->items[i];
        case Type::Dict:
        case Type::Object: {
            const Entry& e = static_cast<const Dict*>(n)->entries[i / 2];
            return i % 2 == 0 ? e.key : e.value;
        }
        case Type::Closure: return Value::callable(static_cast<const Closure*>(n)->callable);
        default: return i == 0 ? static_cast<const Callable*>(n)->name : static_cast<const Callable*>(n)->chunk;
    }
}

/// The nodes that values hold: each once, after those that it holds.
class Graph {
  public:
    explicit Graph(std::span<const Value> values) {
        for (const Value v : values) {
            if (v.is_node()) enter(v.as_node());
            while (!path_.empty()) step();
        }
    }

    const std::vector<const Node*>& nodes() const { return nodes_; }
    std::size_t place(const Node* n) const { return places_.at(n); }

  private:
    void enter(const Node* n) {
        if (places_.emplace(n, 0).second) path_.emplace_back(n, 0);
    }
    void step() {
        auto& [n, next] = path_.back();
        if (next < children_of(n)) {
            if (const Value child = child_of(n, next++); child.is_node()) enter(child.as_node());
            return;
        }
        places_[n] = nodes_.size();
        nodes_.push_back(n);
        path_.pop_back();
    }

    std::vector<const Node*> nodes_;
    std::unordered_map<const Node*, std::size_t> places_;
    std::vector<std::pair<const Node*, std::uint32_t>> path_;
};

/// Makes nodes in a graph's order. Arrays, dicts and objects are there before they are filled, for those who hold
/// themselves.
class Maker {
  public:
    explicit Maker(Heap& heap) : heap_(heap) {}

    void announce(Type type, std::size_t size, bool is_tuple) {
        switch (type) {
            case Type::Array: made_.push_back(Value::array(heap_.array(size, is_tuple))); break;
            case Type::Dict: made_.push_back(Value::dict(heap_.dict(size))); break;
            case Type::Object: made_.push_back(Value::object(heap_.object(size))); break;
            default: made_.push_back(Value::undefined());
        }
    }
    void put(std::size_t place, Value function) { made_[place] = function; }

    std::size_t size() const { return made_.size(); }
    Value at(std::size_t place) const { return made_[place]; }
    /// What is at a place, for the node at `holder`.
    Value held(std::size_t place, std::size_t holder) {
        has_cycle_ = has_cycle_ || place >= holder;
        return made_[place];
    }
    /// When all is filled: what holds itself is costed in another way.
    void finish() {
        if (has_cycle_) heap_.note_cycle();
    }

  private:
    Heap& heap_;
    std::vector<Value> made_;
    bool has_cycle_ = false;
};

// Writing.

void write_value(Value v, const Graph& graph, std::string& out) {
    const auto word = [&out](std::string_view text) { ((out += "[\"") += text) += "\"]"; };
    if (v.is_node()) {
        out += '[' + std::to_string(graph.place(v.as_node())) + ']';
    } else if (v.is(Type::Undefined)) {
        word("undefined");
    } else if (v.is(Type::Hole)) {
        word("hole");
    } else if (v.is(Type::Double) && !(std::abs(v.as_double()) < kFirstUnsafe && !std::signbit(v.as_double()))) {
        std::string text;
        if (v.as_double() == 0) text = "-0";
        if (text.empty()) javascript::append_number(v.as_double(), text);
        word(text);
    } else {
        out += json::to_text(v.charged(false));
    }
}

void write_node(const Node* n, const Graph& graph, std::string& out) {
    const auto list = [&] {
        out += '[';
        for (std::uint32_t i = 0; i < children_of(n); ++i) {
            if (i > 0) out += ',';
            write_value(child_of(n, i), graph, out);
        }
        out += ']';
    };
    out += '{';
    switch (n->type) {
        case Type::Array: out += static_cast<const Array*>(n)->is_tuple ? "\"tuple\":" : "\"array\":", list(); break;
        case Type::Dict: out += "\"dict\":", list(); break;
        case Type::Object: out += "\"object\":", list(); break;
        case Type::Closure: {
            const auto* c = static_cast<const Closure*>(n);
            out += "\"closure\":" + std::to_string(graph.place(c->callable)) + ",\"upvalues\":[";
            for (std::uint32_t i = 0; i < c->upvalue_count; ++i)
                out += (i > 0 ? "," : "") + std::to_string(c->upvalues[i]);
            out += ']';
            break;
        }
        default: {
            const auto* c = static_cast<const Callable*>(n);
            ((out += R"("callable":")") += name_of(c->kind)) += R"(","name":)";
            write_value(c->name, graph, out);
            out += ",\"chunk\":";
            write_value(c->chunk, graph, out);
            out += ",\"argCount\":" + std::to_string(c->arg_count) +
                   ",\"upvalueCount\":" + std::to_string(c->upvalue_count) + ",\"ip\":" + std::to_string(c->ip);
        }
    }
    out += '}';
}

// Reading.

[[noreturn]] void reject(const std::string& what) { throw LoadError("state: exact: " + what); }

class Reader {
  public:
    Reader(Value written, Heap& heap) : written_(written), heap_(heap), maker_(heap) {}

    std::vector<Value> read() {
        const std::span<const Value> nodes = array(member(written_, "nodes"), "nodes");
        for (const Value node : nodes) announce(node);
        for (std::size_t i = 0; i < nodes.size(); ++i) fill(i, nodes[i]);
        maker_.finish();
        std::vector<Value> values;
        for (const Value v : array(member(written_, "values"), "values")) values.push_back(value(v, maker_.size()));
        return values;
    }

  private:
    Value member(Value object, std::string_view key) const {
        const Entry* e = object.is(Type::Object) ? heap_.find(object.as_dict(), key) : nullptr;
        return e != nullptr ? e->value : Value::undefined();
    }
    static std::span<const Value> array(Value v, const std::string& what) {
        if (!v.is(Type::Array)) reject(what + ": expected an array");
        return v.as_array()->values();
    }
    static std::int64_t integer(Value v, std::int64_t least, std::int64_t most, const std::string& what) {
        if (!v.is(Type::Int) || v.as_int() < least || v.as_int() > most)
            reject(what + ": expected an integer from " + std::to_string(least) + " to " + std::to_string(most));
        return v.as_int();
    }

    /// The kind of a node that holds values, and what it holds.
    struct Content {
        Type type;
        bool is_tuple;
        std::span<const Value> values;
    };
    std::optional<Content> content(Value node) const {
        if (const Value v = member(node, "array"); v.is(Type::Array)) return Content{Type::Array, false, array(v, "")};
        if (const Value v = member(node, "tuple"); v.is(Type::Array)) return Content{Type::Array, true, array(v, "")};
        if (const Value v = member(node, "dict"); v.is(Type::Array)) return Content{Type::Dict, false, array(v, "")};
        if (const Value v = member(node, "object"); v.is(Type::Array))
            return Content{Type::Object, false, array(v, "")};
        return std::nullopt;
    }

    void announce(Value node) {
        const auto found = content(node);
        if (!found) return maker_.announce(Type::Closure, 0, false);
        if (found->type != Type::Array && found->values.size() % 2 != 0) reject("nodes: a key has no value");
        maker_.announce(found->type, found->values.size() / (found->type == Type::Array ? 1 : 2), found->is_tuple);
    }

    void fill(std::size_t place, Value node) {
        const auto found = content(node);
        if (!found) return maker_.put(place, function(node, place));
        const Value made = maker_.at(place);
        if (found->type == Type::Array) {
            for (const Value item : found->values) heap_.append(made.as_array(), value(item, place));
            return;
        }
        for (std::size_t i = 0; i < found->values.size(); i += 2) {
            const Value key = value(found->values[i], place);
            const Value held = value(found->values[i + 1], place);
            if (found->type == Type::Dict) {
                heap_.set(made.as_dict(), key, held);
            } else {
                if (!key.is_string()) reject("nodes: an object's key is no text");
                heap_.set_member(made.as_dict(), key, held);
            }
        }
    }

    Value function(Value node, std::size_t place) {
        if (const Value callable = member(node, "closure"); callable.is(Type::Int)) {
            const Value made = reference(callable, place);
            if (!made.is(Type::Callable)) reject("nodes: a closure is of no callable");
            std::vector<std::uint32_t> ids;
            for (const Value id : array(member(node, "upvalues"), "upvalues"))
                ids.push_back(static_cast<std::uint32_t>(integer(id, 0, UINT32_MAX, "upvalues: id")));
            return Value::closure(heap_.closure(made.as_callable(), ids));
        }
        const Value kind = member(node, "callable");
        constexpr auto kMost = std::int64_t{1} << 30;
        for (const CallableKind k : {CallableKind::Local, CallableKind::Library, CallableKind::Async}) {
            if (!kind.is_string() || kind.as_text() != name_of(k)) continue;
            return Value::callable(heap_.callable(k, value(member(node, "name"), place),
                                                  value(member(node, "chunk"), place),
                                                  integer(member(node, "argCount"), 0, kMost, "argCount"),
                                                  integer(member(node, "upvalueCount"), 0, kMost, "upvalueCount"),
                                                  integer(member(node, "ip"), -kMost, kMost, "ip")));
        }
        reject("nodes: number " + std::to_string(place) + " is of no kind");
    }

    /// What the node at `holder` holds.
    Value value(Value v, std::size_t holder) {
        if (v.is(Type::Undefined) || v.is(Type::Object)) reject("a value is missing, or none");
        if (!v.is(Type::Array)) return v;
        if (v.as_array()->size != 1) reject("expected an array of one element for a value");
        const Value only = v.as_array()->items[0];
        if (only.is(Type::Int)) return reference(only, holder);
        if (!only.is_string()) reject("expected the place of a node or a word");
        return worded(only.as_text());
    }

    /// A function can be held only by what comes after it: it can't be there before it is whole.
    Value reference(Value at, std::size_t holder) {
        const auto place = static_cast<std::size_t>(
            integer(at, 0, static_cast<std::int64_t>(maker_.size()) - 1, "the place of a node"));
        const Value held = maker_.held(place, holder);
        if (held.is(Type::Undefined)) reject("node " + std::to_string(place) + " comes after one that holds it");
        return held;
    }

    static Value worded(std::string_view word) {
        if (word == "undefined") return Value::undefined();
        if (word == "hole") return Value::hole();
        if (word == "NaN") return Value::real(std::nan(""));
        if (word == "Infinity") return Value::real(HUGE_VAL);
        if (word == "-Infinity") return Value::real(-HUGE_VAL);
        double d = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), d);
        if (error != std::errc() || end != word.data() + word.size())
            reject("\"" + std::string(word.substr(0, 40)) + "\" is no word for a value");
        return Value::real(d);
    }

    Value written_;
    Heap& heap_;
    Maker maker_;
};

}  // namespace

std::vector<Value> copy(std::span<const Value> values, Heap& heap) {
    const Graph graph(values);
    Maker maker(heap);
    for (const Node* n : graph.nodes()) {
        const std::uint32_t children = children_of(n);
        maker.announce(n->type, n->type == Type::Array ? children : children / 2,
                       n->type == Type::Array && static_cast<const Array*>(n)->is_tuple);
    }
    const auto copied = [&](Value v, std::size_t holder) {
        if (v.is_node()) return maker.held(graph.place(v.as_node()), holder);
        return v.is_string() ? heap.string(v.as_text()) : v.charged(false);
    };
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        const Node* n = graph.nodes()[i];
        const Value made = maker.at(i);
        switch (n->type) {
            case Type::Array:
                for (const Value item : static_cast<const Array*>(n)->values())
                    heap.append(made.as_array(), copied(item, i));
                break;
            case Type::Dict:
            case Type::Object:
                for (const Entry& e : static_cast<const Dict*>(n)->items())
                    heap.set(made.as_dict(), copied(e.key, i), copied(e.value, i));
                break;
            case Type::Closure: {
                const auto* c = static_cast<const Closure*>(n);
                Callable* callable = copied(Value::callable(c->callable), i).as_callable();
                maker.put(i, Value::closure(heap.closure(callable, {c->upvalues, c->upvalue_count})));
                break;
            }
            default: {
                const auto* c = static_cast<const Callable*>(n);
                maker.put(i, Value::callable(heap.callable(c->kind, copied(c->name, i), copied(c->chunk, i),
                                                           c->arg_count, c->upvalue_count, c->ip)));
            }
        }
    }
    maker.finish();
    std::vector<Value> copies;
    copies.reserve(values.size());
    for (const Value v : values) copies.push_back(copied(v, maker.size()));
    return copies;
}

void write(std::span<const Value> values, std::string& out) {
    const Graph graph(values);
    out += "\"nodes\":[";
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
        if (i > 0) out += ',';
        write_node(graph.nodes()[i], graph, out);
    }
    out += "],\"values\":[";
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += ',';
        write_value(values[i], graph, out);
    }
    out += ']';
}

std::vector<Value> read(Value written, Heap& heap) { return Reader(written, heap).read(); }

}  // namespace hogvm::exact
