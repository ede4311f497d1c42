// A segment: an immutable index of some of the rules. A rule set has a few of them.
//
// The rules' terms become one graph: those that stand for the same tokens are one node, evaluated once an event.
// A rule is a list of nodes (`tests`) that must all hold.
//
// Over the rules stands a tree that finds those that an event could match. A term is true only if some field
// equals one of some constants (`event = 'a' or event = 'b'`): these are its keys. A branch of the tree has tables from
// a field's values to further branches, and the rules that it could divide no further. Looking up an event's value in a
// table follows Hog's =, which compares '1' with 1: what is found is checked by evaluating the test, so the tables need
// only never miss.
//
// Where a branch has many rules, their tests of fields against constants are not evaluated as nodes, but by columns
// (column.h), which answer for all tests of a field at a time.
//
// Beside the tree stand the rules that must be looked at for every event, since they fail, or are not read at all:
//   - those that read a global which the event lacks (`names`: which rule reads which globals, as bits),
//   - those with a part that may fail (`risks`), which is evaluated for every event, once for all rules that have it,
//   - those whose programs are run as they are (`unread`).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hogvm/hash.h>
#include <hogvm/heap.h>
#include <hogvm/pattern.h>
#include <hogvm/program.h>

#include "column.h"
#include "reading.h"
#include "rule.h"
#include "table.h"

namespace hogvm::matching {

/// The texts of a longer list are looked up by their hash.
constexpr std::size_t kFewInList = 8;

struct Segment {
    /// Most tests are of a field against a constant, or a few, and most fields are of the constant's type. Then no
    /// conversions are to be thought of; otherwise the operator itself decides.
    enum class Shortcut : std::uint8_t { None, Text, Number, Flag, Texts };
    struct Node {
        Term::Kind kind;
        Opcode op;
        Shortcut shortcut = Shortcut::None;
        std::uint32_t first_operand = 0;  // in `operands`
        std::uint32_t operand_count = 0;
        std::uint32_t detail = 0;  // of a Global its path, of Matches and Search the pattern, of a List the list, of
                                   // Code, ToText and Version the program, of a test with a shortcut the field's node
        Value constant = Value::null();  // of a test with a shortcut what the field is compared with
    };
    struct Pattern {
        pattern::Compiled compiled;
        bool is_negated;
        bool asks_text;  // is in no empty text
        bool is_empty;   // is in no text at all

        /// What the test gives where the pattern was found, or was not.
        bool holds(bool is_found, bool is_text) const {
            return (is_found && !is_empty && (is_text || !asks_text)) != is_negated;
        }
    };
    struct List {
        Value array;
        KeyedSet<std::string_view> texts;  // its strings
    };
    struct Item {
        std::shared_ptr<const Rule> rule;
    };
    /// What a match tells of an item's rule. Labels of items that an event finds together lie together; the rules
    /// themselves are large, may be anywhere, and are not looked at when they match.
    struct Label {
        std::uint64_t order;
        std::uint32_t id;  // in `ids`
        std::uint32_t id_size;
    };
    /// A rule where an event finds it, with its tests. Those of a branch lie together.
    struct Candidate {
        std::uint32_t item;
        std::uint32_t first_test;  // in `tests`
        std::uint16_t test_count;
        std::uint16_t column_count;  // so many tests are in columns
        std::uint16_t fast_count;    // the tests after so many have patterns or code
        std::uint32_t first_group;   // in `group_places`
        std::uint16_t group_count;   // the groups that have its patterns
        bool needs_true;             // its one test must be the boolean true, not just truthy
    };
    /// Patterns that are searched for in the same text: all of a segment's if they are not too many, which keeps the
    /// automaton at hand, else those of one branch.
    struct PatternGroup {
        std::uint32_t text;                // node
        std::vector<std::uint32_t> nodes;  // of kind Matches or Search
        /// Made when first needed; by several threads perhaps, of which one is kept.
        mutable std::atomic<const pattern::CompiledSet*> set{nullptr};

        PatternGroup() = default;
        ~PatternGroup() { delete set.load(); }
        PatternGroup(const PatternGroup&) = delete;
        PatternGroup& operator=(const PatternGroup&) = delete;
    };
    /// A test in a column: where its answer is, and the candidate's place in the branch.
    struct Answer {
        std::uint32_t slot;
        std::uint32_t candidate;
    };
    struct Branch {
        std::vector<Table> tables;
        std::vector<Candidate> candidates;
        // Of many candidates all tests in columns are looked at, instead of one after the other until one fails.
        std::vector<std::uint32_t> columns;
        std::vector<Answer> answers;
        std::vector<std::uint32_t> groups;  // in the segment's `groups`; candidates name them by their places here
    };
    struct Risk {
        std::uint32_t node;
        bool is_null;
        std::uint64_t names;
        std::vector<std::uint32_t> items;
    };
    struct NameGroup {
        std::uint64_t names;
        std::vector<std::uint32_t> items;
    };

    std::uint64_t serial = 0;    // no two segments of a process have the same
    std::shared_ptr<Heap> heap;  // of lists, and of the tokens of programs
    std::vector<Node> nodes;
    std::vector<std::uint32_t> operands;
    std::vector<std::vector<Value>> paths;
    std::vector<Pattern> patterns;
    std::vector<List> lists;
    std::vector<std::shared_ptr<const Program>> programs;
    std::vector<Column> columns;
    std::vector<std::uint32_t> first_slots;  // of the columns
    std::uint32_t slot_count = 0;
    std::vector<Item> items;
    std::vector<Label> labels;  // of the items
    std::string ids;            // one after the other
    std::vector<std::uint32_t> tests;
    std::vector<std::string_view> names;  // at most 64, bit i standing for names[i]
    std::vector<NameGroup> name_groups;
    std::vector<Risk> risks;
    std::vector<std::uint32_t> unread;
    std::vector<std::unique_ptr<PatternGroup>> groups;
    std::vector<std::uint32_t> group_places;
    std::vector<Branch> branches;  // the first is the root
    KeyedMap<std::string_view, std::uint32_t> by_id;

    std::span<const std::uint32_t> operands_of(const Node& n) const {
        return std::span(operands).subspan(n.first_operand, n.operand_count);
    }
    std::string_view id_of(const Label& label) const { return std::string_view(ids).substr(label.id, label.id_size); }
    std::span<const std::uint32_t> tests_of(const Candidate& c) const {
        return std::span(tests).subspan(c.first_test, c.test_count);
    }
};

/// `host` and `limits` are those that the rules run with.
std::shared_ptr<const Segment> build_segment(std::vector<std::shared_ptr<const Rule>> rules, const Host& host,
                                             const Limits& limits, const Library& library);

}  // namespace hogvm::matching
