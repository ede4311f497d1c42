#include "cycles.h"

#include <algorithm>

namespace hogvm::flags {
namespace {

/// Tarjan's strongly connected components, without recursion. Nodes are the flags, after them the clauses, and
/// after these the dependencies.
class Graph {
  public:
    explicit Graph(const Definitions& definitions) : definitions_(definitions) {
        const std::size_t nodes =
            definitions.flags.size() + definitions.clauses.size() + definitions.dependencies.size();
        order_.assign(nodes, kUnseen);
        low_.assign(nodes, 0);
        is_open_.assign(nodes, false);
        for (std::size_t node = 0; node < nodes; ++node)
            if (order_[node] == kUnseen) walk(node);
    }

    Cycles cycles;

  private:
    static constexpr std::size_t kUnseen = SIZE_MAX;
    struct Step {
        std::size_t node;
        std::vector<std::size_t> to;
        std::size_t next = 0;
    };

    std::vector<std::size_t> neighbours(std::size_t node) const {
        std::vector<std::size_t> to;
        const std::size_t flags = definitions_.flags.size();
        if (node < flags) {
            for (const Condition& condition : definitions_.flags[node].conditions)
                to.push_back(flags + condition.clause);
            return to;
        }
        const std::size_t dependencies = flags + definitions_.clauses.size();
        if (node >= dependencies) {
            const Dependency& dependency = definitions_.dependencies[node - dependencies];
            if (dependency.is_usable) to.assign(dependency.chain.begin(), dependency.chain.end());
            return to;
        }
        const Clause& clause = definitions_.clauses[node - flags];
        for (std::size_t i = clause.first_part; i < clause.end_part; ++i) {
            const Part& part = definitions_.parts[i];
            if (part.kind == Part::Kind::Clause) to.push_back(flags + part.index);
            if (part.kind == Part::Kind::Dependency) to.push_back(dependencies + part.index);
        }
        return to;
    }

    void enter(std::size_t node) {
        order_[node] = low_[node] = seen_++;
        is_open_[node] = true;
        open_.push_back(node);
        steps_.push_back({node, neighbours(node)});
    }

    void walk(std::size_t start) {
        enter(start);
        while (!steps_.empty()) {
            Step& step = steps_.back();
            if (step.next < step.to.size()) {
                const std::size_t other = step.to[step.next++];
                if (order_[other] == kUnseen) {
                    enter(other);
                } else if (is_open_[other]) {
                    low_[step.node] = std::min(low_[step.node], order_[other]);
                }
                continue;
            }
            const std::size_t node = step.node;
            const bool holds_itself = std::find(step.to.begin(), step.to.end(), node) != step.to.end();
            steps_.pop_back();
            if (!steps_.empty()) low_[steps_.back().node] = std::min(low_[steps_.back().node], low_[node]);
            if (low_[node] == order_[node]) close(node, holds_itself);
        }
    }

    /// Takes the component of `node` off the open ones.
    void close(std::size_t node, bool holds_itself) {
        const bool is_cycle = open_.back() != node || holds_itself;
        for (bool is_last = false; !is_last;) {
            const std::size_t member = open_.back();
            open_.pop_back();
            is_open_[member] = false;
            is_last = member == node;
            if (is_cycle) add(member);
        }
    }

    void add(std::size_t node) {
        const std::size_t flags = definitions_.flags.size();
        if (node < flags) {
            cycles.flags.push_back(static_cast<std::uint32_t>(node));
        } else if (node < flags + definitions_.clauses.size() && !definitions_.clauses[node - flags].in_condition) {
            cycles.clauses.push_back(static_cast<std::uint32_t>(node - flags));
        }
    }

    const Definitions& definitions_;
    std::vector<std::size_t> order_;
    std::vector<std::size_t> low_;
    std::vector<bool> is_open_;
    std::vector<std::size_t> open_;
    std::vector<Step> steps_;
    std::size_t seen_ = 0;
};

}  // namespace

Cycles find_cycles(const Definitions& definitions) { return std::move(Graph(definitions).cycles); }

}  // namespace hogvm::flags
