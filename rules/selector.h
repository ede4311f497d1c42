// Selectors: which elements of a page are meant, in CSS, as a pattern on the chain of elements that an event carries.
//
// The chain has the element that was clicked, then its parent, and so on up to the root, with semicolons between:
//
//     button.big.red:attr__data-kind="buy"attr_id="go"nth-child="2"nth-of-type="1"text="Buy";div:nth-child="1"...
//
// An element is its tag, its classes, sorted, each after a dot, and, after a colon, its attributes, sorted, each as
// key="value" with \" for a quote in the value. What it has in HTML is there as attr__<name>, its id also as attr_id,
// its href also as href; its place among its parent's children and its text are there, too. (PostHog/posthog,
// posthog/models/element/element.py, elements_to_string.)
//
// A selector is found if it selects the element that was clicked or one around it. Only what the chain tells can be
// asked: tags, ids, classes, attributes, :nth-child(2) and :nth-of-type(2), and elements within others. A space and >
// tie the parts together; + and ~ can't, since the chain has nobody's siblings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hogvm::selector {

/// What is wrong with a selector, and what to do about it.
struct SyntaxError {
    std::string message;
};

struct Attribute {
    enum class Match : std::uint8_t {
        Present,   // [name]
        Equal,     // [name="value"]
        Begins,    // ^=
        Ends,      // $=
        Contains,  // *=
        Word,      // ~=
        Language   // |=
    };

    std::string name;
    Match match = Match::Present;
    std::string value;
    bool ignores_case = false;
};

/// What one element has to be.
struct Compound {
    std::string tag;  // in lower case; empty for any
    std::vector<std::string> ids;
    std::vector<std::string> classes;
    std::vector<Attribute> attributes;
    std::string nth_child;    // digits; empty for any
    std::string nth_of_type;  // likewise
    bool is_child = false;    // of the next one, and not just within it

    bool is_only_id() const {
        return ids.size() == 1 && tag.empty() && classes.empty() && attributes.empty() && nth_child.empty() &&
               nth_of_type.empty();
    }
};

/// From the element that is selected outwards.
using Complex = std::vector<Compound>;

/// The selectors in a list with commas. Throws SyntaxError.
std::vector<Complex> parse(std::string_view text);

/// The pattern, for RE2, that finds the selector in a chain. Throws SyntaxError.
std::string pattern(const Complex& wanted);

}  // namespace hogvm::selector
