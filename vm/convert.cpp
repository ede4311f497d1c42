#include <hogvm/convert.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <hogvm/javascript.h>
#include <hogvm/text.h>

namespace hogvm {
namespace {

/// A node being converted, for as long as this lives, with what it becomes: a node inside itself becomes the same node.
class Step {
  public:
    Step(const Step*& path, const Node* node, Value converted)
        : path_(path), outer_(path), node_(node), converted_(converted), depth_(depth(path) + 1) {
        path = this;
    }
    ~Step() { path_ = outer_; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    static int depth(const Step* path) { return path != nullptr ? path->depth_ : 0; }

    static Value find(const Step* path, const Node* node, Heap& heap) {
        heap.note_cycle();
        for (; path != nullptr; path = path->outer_)
            if (path->node_ == node) return path->converted_;
        return Value::undefined();
    }

  private:
    const Step*& path_;
    const Step* outer_;
    const Node* node_;
    Value converted_;
    int depth_;
};

/// What both directions do alike.
class Conversion {
  protected:
    explicit Conversion(Heap& heap) : heap_(heap) {}

    /// The elements, converted; holes are squeezed out.
    template <typename Convert>
    Value array(Array* a, bool is_tuple, Convert convert) {
        Array* out = heap_.array(a->size, is_tuple);
        const Step step(path_, a, Value::array(out));
        for (const Value item : a->values())
            if (!item.is(Type::Hole)) heap_.append(out, convert(item));
        return Value::array(out);
    }

    Heap& heap_;
    const Step* path_ = nullptr;  // innermost first
};

class ToHost : Conversion {
  public:
    explicit ToHost(Heap& heap) : Conversion(heap) {}

    Value convert(Value v) {
        if (!v.is_node()) return v.is(Type::Hole) ? Value::undefined() : v;
        if (v.is(Type::Closure) || v.is(Type::Callable)) return v;
        Node* n = v.as_node();
        if (n->visiting) return Step::find(path_, n, heap_);
        if (v.is(Type::Object) && stays_as_it_is(v.as_dict())) return v;
        check_depth(Step::depth(path_) + 1);
        const Visit visit(n);
        if (v.is(Type::Array)) return array(v.as_array(), false, [this](Value item) { return convert(item); });
        Dict* out = heap_.object(v.as_dict()->size);
        const Step step(path_, n, Value::object(out));
        for (const Entry& e : v.as_dict()->items()) {
            const Value key = javascript::to_string(e.key, heap_);
            if (key.as_text() != "__proto__") heap_.set_member(out, key, convert(e.value));
        }
        return Value::object(out);
    }
};

class FromHost : Conversion {
  public:
    explicit FromHost(Heap& heap) : Conversion(heap) {}

    Value convert(Value v) {
        if (!v.is_node()) return v;
        Node* n = v.as_node();
        if (n->visiting) return Step::find(path_, n, heap_);
        if (v.is(Type::Closure) || v.is(Type::Callable) || v.is(Type::Dict)) return v;
        if (v.is(Type::Object)) {
            const Value tagged = restored(v.as_dict());
            if (!tagged.is_nullish()) return tagged;
        }
        check_depth(Step::depth(path_) + 1);
        const Visit visit(n);
        if (v.is(Type::Array))
            return array(v.as_array(), v.as_array()->is_tuple, [this](Value item) { return convert(item); });
        Dict* out = heap_.dict(v.as_dict()->size);
        const Step step(path_, n, Value::dict(out));
        for (const Entry& e : v.as_dict()->items()) heap_.set(out, e.key, convert(e.value));
        return Value::dict(out);
    }

  private:
    Value member(const Dict* object, std::string_view key) const {
        const Entry* e = heap_.find(object, key);
        return e != nullptr ? e->value : Value::undefined();
    }

    Value closure(Dict* o) {
        const Value callable = member(o, "callable");
        Callable* c = nullptr;
        if (callable.is(Type::Callable)) c = callable.as_callable();
        if (callable.is(Type::Object)) c = callable_of(callable.as_dict());
        const Value upvalues = member(o, "upvalues");
        std::vector<std::uint32_t> ids;
        bool is_whole = c != nullptr && upvalues.is(Type::Array);
        for (std::size_t i = 0; is_whole && i < upvalues.as_array()->size; ++i) {
            Value id = upvalues.as_array()->items[i];
            if (id.is(Type::Null)) id = Value::integer(0);  // there was none to capture
            is_whole = id.is(Type::Int) && id.as_int() >= 0 && id.as_int() <= UINT32_MAX;
            if (is_whole) ids.push_back(static_cast<std::uint32_t>(id.as_int()));
        }
        return is_whole ? Value::closure(heap_.closure(c, ids)) : Value::object(o);
    }

    /// Dates, datetimes and functions by their tags; null for an object that is none of them.
    Value restored(Dict* o) {
        if ((o->traits & kMarked) == 0) return {};
        const auto tag = [&](std::string_view key) { return javascript::to_boolean(member(o, key)); };
        if (tag("__hogDateTime__")) {
            const Value dt = member(o, "dt");
            const Value zone = member(o, "zone");
            const Value utc = javascript::to_boolean(zone) ? zone : Value::ascii("UTC");
            return heap_.datetime(dt, utc);
        }
        if (tag("__hogDate__")) return heap_.date(member(o, "year"), member(o, "month"), member(o, "day"));
        if (tag("__hogClosure__")) return closure(o);
        if (tag("__hogCallable__")) {
            Callable* c = callable_of(o);
            return c != nullptr ? Value::callable(c) : Value::object(o);
        }
        return {};
    }

    /// Null where the object's fields are not a callable's.
    Callable* callable_of(const Dict* o) {
        const Value kind = member(o, "__hogCallable__");
        const Value args = member(o, "argCount");
        const Value upvalues = member(o, "upvalueCount");
        const Value ip = member(o, "ip");
        const Value chunk = member(o, "chunk");
        if (!kind.is_string() || !args.is(Type::Int) || !upvalues.is(Type::Int) || !ip.is(Type::Int)) return nullptr;
        const Value name = member(o, "name");
        for (const CallableKind k : {CallableKind::Local, CallableKind::Library, CallableKind::Async}) {
            if (kind.as_text() != name_of(k)) continue;
            return heap_.callable(k, name.is_string() ? heap_.string(name.as_text()) : name,
                                  chunk.is_string()    ? heap_.string(chunk.as_text())
                                  : chunk.is_nullish() ? Value::ascii("root")
                                                       : chunk,
                                  args.as_int(), upvalues.as_int(), ip.as_int());
        }
        return nullptr;
    }
};

class Copy {
  public:
    explicit Copy(Heap& heap) : heap_(heap) {}

    Value convert(Value v) {
        if (v.is_string()) return heap_.string(v.as_text());
        if (!v.is_node()) return v.charged(false);
        Node* n = v.as_node();
        if (n->visiting) return Step::find(path_, n, heap_);
        check_depth(Step::depth(path_) + 1);
        const Visit visit(n);
        switch (v.type()) {
            case Type::Array: {
                Array* out = heap_.array(v.as_array()->size, v.as_array()->is_tuple);
                const Step step(path_, n, Value::array(out));
                for (const Value item : v.as_array()->values()) heap_.append(out, convert(item));
                return Value::array(out);
            }
            case Type::Closure: {
                const Closure* c = v.as_closure();
                Callable* callable = convert(Value::callable(c->callable)).as_callable();
                return Value::closure(heap_.closure(callable, {c->upvalues, c->upvalue_count}));
            }
            case Type::Callable: {
                const Callable* c = v.as_callable();
                return Value::callable(heap_.callable(c->kind, convert(c->name), convert(c->chunk), c->arg_count,
                                                      c->upvalue_count, c->ip));
            }
            default: break;
        }
        Dict* out = v.is(Type::Dict) ? heap_.dict(v.as_dict()->size) : heap_.object(v.as_dict()->size);
        const Value converted = v.is(Type::Dict) ? Value::dict(out) : Value::object(out);
        const Step step(path_, n, converted);
        for (const Entry& e : v.as_dict()->items()) heap_.set(out, convert(e.key), convert(e.value));
        return converted;
    }

  private:
    Heap& heap_;
    const Step* path_ = nullptr;  // innermost first
};

/// The own property of a closure or callable, as the JavaScript objects that they are; undefined if there is none.
Value function_property(Value f, std::string_view key, Heap& heap) {
    if (f.is(Type::Closure)) {
        const Closure* c = f.as_closure();
        if (key == "__hogClosure__") return Value::boolean(true);
        if (key == "callable") return Value::callable(c->callable);
        if (key == "upvalues") {
            Array* ids = heap.array(c->upvalue_count);
            for (std::uint32_t i = 0; i < c->upvalue_count; ++i) heap.append(ids, Value::integer(c->upvalues[i]));
            return Value::array(ids);
        }
        return Value::undefined();
    }
    const Callable* c = f.as_callable();
    if (key == "__hogCallable__") return Value::ascii(name_of(c->kind));
    if (key == "name") return c->name;
    if (key == "chunk") return c->chunk;
    if (key == "argCount") return Value::integer(c->arg_count);
    if (key == "upvalueCount") return Value::integer(c->upvalue_count);
    if (key == "ip") return Value::integer(c->ip);
    return Value::undefined();
}

/// v[key] for an own property of a JavaScript array, object or string; undefined if there is none.
Value own_property(Value v, std::string_view key, Heap& heap) {
    switch (v.type()) {
        case Type::Array: {
            const Array* a = v.as_array();
            if (key == "length") return Value::integer(a->size);
            if (key == "__isHogTuple" && a->is_tuple) return Value::boolean(true);
            const auto index = javascript::array_index(key);
            return index && *index < a->size ? a->items[*index] : Value::undefined();
        }
        case Type::String: {
            if (key == "length") return Value::integer(static_cast<std::int64_t>(v.units()));
            const auto index = javascript::array_index(key);
            return index && *index < v.units() ? text::unit_at(v, *index, heap) : Value::undefined();
        }
        case Type::Object: {
            const Entry* e = heap.find(v.as_dict(), key);
            return e != nullptr ? e->value : Value::undefined();
        }
        case Type::Closure:
        case Type::Callable: return function_property(v, key, heap);
        default: return Value::undefined();
    }
}

Value null_if_nullish(Value v) { return v.is_nullish() ? Value::null() : v; }

/// v[key] for a number key on anything but a dict: counted from 1, or from the end.
Value numbered_property(Value v, double key, Heap& heap) {
    if (key == 0) fail(ErrorKind::Argument, "Hog arrays start from index 1");
    double at = key - 1;
    if (!(key > 0)) {
        const Value length = v.is_node() || v.is_string() ? own_property(v, "length", heap) : Value::undefined();
        at = javascript::to_number(length) + key;
    }
    if (v.is(Type::Array) && at >= 0 && at < v.as_array()->size && at == std::trunc(at))
        return null_if_nullish(v.as_array()->items[static_cast<std::size_t>(at)]);
    char buffer[32];
    return null_if_nullish(own_property(v, {buffer, javascript::format_number(at, buffer)}, heap));
}

}  // namespace

bool stays_as_it_is(const Dict* object) {
    if ((object->traits & kMarked) == 0) return false;
    const auto items = object->items();
    return std::any_of(items.begin(), items.end(), [](const Entry& e) {
        const std::string_view key = e.key.as_text();
        const bool is_tag =
            key == "__hogDateTime__" || key == "__hogDate__" || key == "__hogClosure__" || key == "__hogCallable__";
        return is_tag && javascript::to_boolean(e.value);
    });
}

Value to_host(Value v, Heap& heap) { return ToHost(heap).convert(v); }
Value from_host(Value v, Heap& heap) { return FromHost(heap).convert(v); }
void freeze(Value v) {
    if (!v.is_node()) return;
    Node* n = v.as_node();
    if (n->is_frozen) return;
    if (n->visiting) fail(ErrorKind::Input, "A value that holds itself can not be shared");
    {
        const Visit visit(n);
        switch (v.type()) {
            case Type::Array:
                if (!n->has_nodes) break;
                for (const Value item : v.as_array()->values()) freeze(item);
                break;
            case Type::Closure: freeze(Value::callable(v.as_closure()->callable)); break;
            case Type::Callable:
                freeze(v.as_callable()->name);
                freeze(v.as_callable()->chunk);
                break;
            default:
                for (const Entry& e : v.as_dict()->items()) {
                    freeze(e.key);
                    freeze(e.value);
                }
        }
    }
    n->is_frozen = true;
}

Value copy(Value v, Heap& heap) { return Copy(heap).convert(v); }

Value get_nested(Value v, std::span<const Value> path, bool nullish, Heap& heap) {
    return v.is_node() ? get_below(v, path, nullish, heap) : Value::null();
}

Value get_below(Value v, std::span<const Value> path, bool nullish, Heap& heap) {
    for (const Value key : path) {
        if (v.is_nullish()) {
            if (nullish) return Value::null();
            fail(ErrorKind::Argument, "Can not read a property of null");
        }
        if (v.is(Type::Dict)) {
            const Entry* e = heap.find(v.as_dict(), key);
            v = e != nullptr ? null_if_nullish(e->value) : Value::null();
        } else if (key.is_number()) {
            v = numbered_property(v, key.as_number(), heap);
        } else if (key.is_string()) {
            v = null_if_nullish(own_property(v, key.as_text(), heap));
        } else {
            v = null_if_nullish(own_property(v, javascript::to_string(key), heap));
        }
    }
    return v;
}

void set_property(Value target, Value key, Value v, Heap& heap) {
    const auto refuse = [&](std::string_view where) {
        const std::string name = key.is_nullish() ? "" : javascript::to_string(key);
        fail(ErrorKind::Argument, "Can not set " + name + " on " + std::string(where));
    };
    if (!target.is_node()) refuse("non-object: " + std::string(javascript::type_of(target)));
    if (target.is(Type::Dict)) return heap.set(target.as_dict(), key, v);
    if (!target.is(Type::Array) || !key.is_number()) refuse("element of type object");
    const double at = key.as_number();
    if (at <= 0) fail(ErrorKind::Argument, "Hog arrays start from index 1");
    // A fraction or NaN names a property of its own in JavaScript, which nothing in Hog can see.
    if (at != std::trunc(at) || at > 4294967295.0) return;
    heap.set(target.as_array(), static_cast<std::size_t>(at) - 1, v);
}

}  // namespace hogvm
