// The copying collector.
//
// It moves what a run can still reach to new blocks and gives the old ones back. It runs between instructions only,
// where the roots are exactly the stack, the closed upvalues, the frames and a few names; so no library function has to
// think about it. A short program never gets here.
//
// Text is copied with each view of it, once a view (longer texts that several views share, once); text that is not on
// the heap, in the program or the globals' document, stays where it is.
#pragma once

#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <hogvm/heap.h>
#include <hogvm/value.h>

namespace hogvm {

class Collector {
  public:
    /// Sets the heap's blocks aside; what is moved from now on is on new ones.
    explicit Collector(Heap& heap);
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    void move(Value& v);
    void move(const Closure*& closure);
    void move(const Callable*& callable);
    /// Moves all that the roots refer to and frees the old blocks.
    void finish();

  private:
    bool is_old(const void* at) const;
    Node* moved(Node* n);
    static Node* forwarded(const Node* old);
    Node* shell_of(Node* n);
    void fill(Node* fresh, const Node* old);
    void fix_parent(Node* fresh) const;
    void move_text(Value& v);
    const char* copied(std::string_view text);

    Heap& heap_;
    std::vector<Heap::Block> old_;  // sorted by address
    std::size_t max_bytes_;
    std::array<Heap::OpenText, Heap::kOpenTexts> open_texts_;
    std::vector<Node*> moved_;
    std::unordered_map<const char*, std::string_view> moved_text_;
    std::vector<std::pair<Node*, const Node*>> pending_;
};

}  // namespace hogvm
