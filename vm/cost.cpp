// What values cost in the reference's accounting: 8 for each, the units of texts, and what containers hold.
//
// A node keeps its cost, and a write adds its difference to the node and to the chain of its parents. Where that chain
// is not known (a node with several parents, an array that shares its buffer) or is long, the epoch moves on, and nodes
// that hold nodes count again when next asked. Once a cycle may exist they are walked each time, as the reference does
// it.
#include <hogvm/heap.h>

#include <algorithm>

namespace hogvm {

Node kManyParents{.type = Type::Array};

namespace {

constexpr int kParentsFollowed = 64;
constexpr int kReachBudget = 1000;

Value value_of(Node* n) {
    switch (n->type) {
        case Type::Array: return Value::array(static_cast<Array*>(n));
        case Type::Dict: return Value::dict(static_cast<Dict*>(n));
        case Type::Object: return Value::object(static_cast<Dict*>(n));
        case Type::Closure: return Value::closure(static_cast<Closure*>(n));
        default: return Value::callable(static_cast<Callable*>(n));
    }
}

/// How many values a node holds.
std::size_t size_of(const Node* n) {
    if (n->type == Type::Array) return static_cast<const Array*>(n)->size;
    return n->type == Type::Dict || n->type == Type::Object ? 2 * std::size_t{static_cast<const Dict*>(n)->size} : 0;
}

}  // namespace

void Heap::adopt(Node* parent, Value child) {
    parent->has_nodes = true;
    Node* n = child.as_node();
    n->parent = n->parent == nullptr ? parent : &kManyParents;
}

/// Keeps costs right when `parent` lost `old` (a hole: nothing) and got `fresh`, and `extra` bytes for a new key.
void Heap::replaced(Node* parent, Value old, Value fresh, std::int64_t extra) {
    if (!old.is_heavy() && !fresh.is_heavy()) {
        if (extra != 0 || old.is(Type::Hole) != fresh.is(Type::Hole))
            add_cost(parent, extra + (fresh.is(Type::Hole) ? 0 : 8) - (old.is(Type::Hole) ? 0 : 8));
        return;
    }
    if (fresh.is_node() && !has_cycles_ && could_reach(fresh.as_node(), parent)) has_cycles_ = true;
    if (has_cycles_) {
        // Costs of nodes that hold nodes are walked from now on; only what holds none keeps its own.
        const bool had_nodes = parent->has_nodes;
        if (fresh.is_node()) adopt(parent, fresh);
        if (!had_nodes && !fresh.is_node()) parent->cost += extra + cost(fresh) - (old.is(Type::Hole) ? 0 : cost(old));
        return;
    }
    const std::int64_t difference = extra + cost(fresh) - (old.is(Type::Hole) ? 0 : cost(old));
    if (old.is_node() && old.as_node()->parent == parent) old.as_node()->parent = nullptr;
    if (fresh.is_node()) adopt(parent, fresh);
    add_cost(parent, difference);
}

void Heap::add_cost(Node* n, std::int64_t difference) {
    for (int steps = 0; n != nullptr; n = n->parent) {
        const bool is_many =
            n == &kManyParents || (n->type == Type::Array && static_cast<Array*>(n)->buffer->is_shared);
        if (is_many || ++steps > kParentsFollowed) {
            ++epoch_;  // someone's cost may be out of date: all who hold nodes count again when asked
            return;
        }
        n->cost = std::clamp(n->cost + difference, std::int64_t{0}, kCostBound);
    }
}

/// Whether `target` is `from` or might be inside it; "might" where finding out takes long.
bool Heap::could_reach(const Node* from, const Node* target) {
    if (from == target) return true;
    if (!from->has_nodes) return false;
    // Upwards from the target, if it has but one chain of parents.
    const Node* n = target->parent;
    for (int steps = 0; steps < kParentsFollowed; ++steps, n = n->parent) {
        if (n == from) return true;
        if (n == nullptr) return false;
        if (n == &kManyParents) break;
    }
    // Downwards from the other.
    int budget = kReachBudget;
    const auto search = [&](const auto& self, Value v, int depth) -> bool {
        if (!v.is_node()) return false;
        const Node* node = v.as_node();
        if (node == target) return true;
        if (!node->has_nodes) return false;
        if (--budget < 0 || depth > kMaxDepth / 2) return true;
        if (v.is(Type::Array)) {
            for (const Value item : v.as_array()->values())
                if (self(self, item, depth + 1)) return true;
        } else {
            for (const Entry& e : v.as_dict()->items())
                if (self(self, e.key, depth + 1) || self(self, e.value, depth + 1)) return true;
        }
        return false;
    };
    Value v = from->type == Type::Array ? Value::array(static_cast<Array*>(const_cast<Node*>(from)))
                                        : Value::dict(static_cast<Dict*>(const_cast<Node*>(from)));
    return search(search, v, 0);
}

std::int64_t Heap::recomputed_cost(Node* n) {
    if (has_cycles_) return walked_cost(value_of(n), 0);
    const auto recompute = [this](const auto& self, Node* node, int depth) -> std::int64_t {
        if (!node->has_nodes || node->epoch == epoch_) return node->cost;
        if (node->visiting) {  // a cycle that came from elsewhere, such as another heap
            has_cycles_ = true;
            return 8;
        }
        const Visit visit(node);
        check_depth(depth);
        spend(1 + size_of(node) / 4);
        std::int64_t sum = 8;
        const auto add = [&](Value v) {
            if (v.is(Type::Hole)) return;
            sum = std::min(sum + (v.is_node() ? self(self, v.as_node(), depth + 1) : cost(v)), kCostBound);
        };
        if (node->type == Type::Array) {
            for (const Value v : static_cast<Array*>(node)->values()) add(v);
        } else {
            for (const Entry& e : static_cast<Dict*>(node)->items()) add(e.key), add(e.value);
        }
        node->cost = sum;
        node->epoch = epoch_;
        return sum;
    };
    const std::int64_t sum = recompute(recompute, n, 0);
    return has_cycles_ ? walked_cost(value_of(n), 0) : sum;
}

/// As the reference does it: a node on the path to itself costs 8.
std::int64_t Heap::walked_cost(Value v, int depth) {
    if (!v.is_node() || !v.as_node()->has_nodes) return cost(v);
    Node* n = v.as_node();
    if (n->visiting) return 8;
    check_depth(depth);
    const Visit visit(n);
    spend(1 + size_of(n) / 4);
    std::int64_t sum = 8;
    const auto add = [&](Value item) {
        if (!item.is(Type::Hole)) sum = std::min(sum + walked_cost(item, depth + 1), kCostBound);
    };
    if (v.is(Type::Array)) {
        for (const Value item : v.as_array()->values()) add(item);
    } else {
        for (const Entry& e : v.as_dict()->items()) add(e.key), add(e.value);
    }
    return sum;
}

}  // namespace hogvm
