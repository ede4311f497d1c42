// How nested values print, for the two files that do it: print.cpp prints values, and syntax.cpp prints the HogQL
// syntax trees among them. Each needs the other, since a tree holds constants.
//
// A syntax tree is a dict (or an object) whose `__hx_ast` names the kind of node: Field, Call, SelectQuery, ... Hog has
// SQL literals, `sql(event = 'x')`, that make them. A tree prints as the SQL that it stands for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm {

/// Where in a value its printing has got to: how deep, and inside which nodes. Those are marked (Node::visiting), since
/// a node that is inside itself prints as null where it recurs.
class PrintPath {
  public:
    PrintPath() = default;
    PrintPath(const PrintPath&) = delete;
    PrintPath& operator=(const PrintPath&) = delete;

    /// Deeper, while it lives. `node` is marked; it must not be marked yet. Raises Failure{Depth}.
    class Step {
      public:
        explicit Step(PrintPath& path, Node* node = nullptr, int levels = 1)
            : path_(path), node_(node), levels_(levels), outer_(path.innermost_) {
            check_depth(path_.depth_ += levels_);
            if (node_ == nullptr) return;
            node_->visiting = true;
            path_.innermost_ = this;
        }
        ~Step() {
            path_.depth_ -= levels_;
            if (node_ != nullptr) node_->visiting = false;
            path_.innermost_ = outer_;
        }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

      private:
        friend class PrintPath;
        PrintPath& path_;
        Node* node_;
        int levels_;
        Step* outer_;
    };

    /// Takes the marks away while it lives: for a walk that starts anew, or that marks nodes for itself.
    class Unmarked {
      public:
        explicit Unmarked(PrintPath& path) : path_(path), innermost_(path.innermost_) {
            mark(false);
            path_.innermost_ = nullptr;
        }
        ~Unmarked() {
            mark(true);
            path_.innermost_ = innermost_;
        }
        Unmarked(const Unmarked&) = delete;
        Unmarked& operator=(const Unmarked&) = delete;

      private:
        void mark(bool on) {
            for (Step* step = innermost_; step != nullptr; step = step->outer_) step->node_->visiting = on;
        }
        PrintPath& path_;
        Step* innermost_;
    };

  private:
    Step* innermost_ = nullptr;  // the last one that has a node; each one's `outer_` has one, too
    int depth_ = 0;
};

// print.cpp:

/// Raises Failure{Memory} for more text than a string may hold: parts that are shared print each time, so that a small
/// value can print endlessly.
void check_printed(std::size_t bytes);
/// print_value, somewhere inside a value.
void print_value(Value v, std::string& out, PrintPath& path);
/// String(v), which must not see the marks.
void print_string_of(Value v, std::string& out, PrintPath& path);
/// An identifier of any type: only a string is ever put in backquotes. Raises Failure for what can't be an identifier.
void print_identifier(Value name, std::string& out, PrintPath& path);
/// What `record` has under `key`; undefined if it hasn't. (A scan: records and syntax nodes are small.)
Value field_of(const Dict* record, std::string_view key);
bool has_field(const Dict* record, std::string_view key);

// syntax.cpp:

/// Whether a value is a syntax tree.
bool is_syntax_tree(Value v);
/// Appends a syntax tree as SQL, on one line. Raises Failure for a tree that makes no sense.
void print_syntax_tree(Value tree, std::string& out, PrintPath& path);

}  // namespace hogvm
