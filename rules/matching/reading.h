// A program read as one expression, a tree of terms.
//
// A filter's program is a straight line: it pushes constants and globals, compares, and joins with AND and OR. Read
// symbolically, with terms on the stack in the place of values, it becomes a tree, in which the rule set finds
// the tests that a match needs, and what rules have in common. Each term stands for the tokens [begin, end) of
// the program, which compute it wherever they stand. What is not of that kind (a loop, a local variable, a function
// that prints) is not read, and such a program is run as it is. Nor is one whose terms are nested so deeply that
// walking them might take all of the stack, or where code within code would make the index much larger than the
// program.
//
// Every operand is evaluated by the bytecode, AND and OR included, so a program fails if any part of it fails. A part
// that can fail is a risk: the set has to look at it even where the rest says that the rule does not match.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <hogvm/host.h>
#include <hogvm/pattern.h>
#include <hogvm/program.h>
#include <hogvm/value.h>

#include "../../vm/chunk.h"

namespace hogvm::matching {

struct Term {
    enum class Kind : std::uint8_t {
        Constant,
        Global,    // `path`
        List,      // a tuple or array of constants
        Not,       // of one operand
        And,       // of any number
        Or,        //
        Compare,   // EQ, NOT_EQ, GT, ...: left, right
        In,        // IN, NOT_IN: item, container
        Matches,   // LIKE to NOT_IREGEX: text, pattern
        IfNull,    // the first operand, or the second where it is null
        ToText,    // toString of one operand
        Search,    // match of a text and a constant pattern that RE2 takes
        Version,   // sortableSemver of one operand
        Code,      // anything else that is pure: its tokens are run
        Local,     // a parameter of a lambda; occurs within Code only
        Function,  // a lambda; likewise
    };

    Kind kind = Kind::Constant;
    Opcode op = Opcode::NO_OPERATION;
    std::uint32_t begin = 0;  // tokens
    std::uint32_t end = 0;
    int depth = 1;                        // levels of terms, itself included
    bool fails = false;                   // evaluating it, its operands being there, may fail
    bool fails_within = false;            // it or an operand may fail
    Value constant;                       // of Constant
    std::string_view name;                // of the function, of a call
    std::vector<Value> path;              // of Global: string keys, the name first
    std::vector<std::uint32_t> operands;  // places in Reading::terms
};

struct Reading {
    /// What has to be looked at whether or not the rule could match: that `term` does not fail, or that it is not
    /// null.
    struct Risk {
        std::uint32_t term;
        bool is_null;
    };

    std::vector<Term> terms;  // operands before what they are part of
    std::uint32_t root = 0;
    std::vector<Risk> risks;

    const Term& operator[](std::uint32_t i) const { return terms[i]; }
};

/// None if the program is not read. `host` is the one that it will run with: its functions are unknown.
std::optional<Reading> read(const Program& program, const Host& host);

/// The form in which an opcode or function takes its pattern, or none if it takes none.
std::optional<pattern::Form> form_of(Opcode op);

}  // namespace hogvm::matching
