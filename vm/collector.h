// The copying collector.
//
// It moves what a run can still reach to new blocks and gives the old ones back. It runs between instructions only,
// where the roots are exactly the stack, the closed upvalues, the frames and a few names; so no library function has to
// think about it. A short program never gets here.
//
// It takes no memory but for what it moves: a node that was moved says where to (its `parent`), and which was moved
// after it (its `cost`). What is large (Heap::allocate_large) has a block to itself, and stays where it is: then only
// the block changes hands.
//
// Text is copied with each view of it, once a view (longer texts that several views share, once); text that is not on
// the heap, in the program or the globals' document, stays where it is.
//
// The run's time may be up meanwhile. Then the exception leaves the heap torn: the run is over, and its values are not
// to be looked at any more.
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
    Collector(Heap& heap, Watch& watch);
    ~Collector();
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    void move(Value& v);
    void move(const Closure*& closure);
    void move(const Callable*& callable);
    /// Moves all that the roots refer to and frees the old blocks.
    void finish();

  private:
    Heap::Block* old_block(const void* at);
    bool is_old(const void* at) { return old_block(at) != nullptr; }
    /// Whether `at` lies in a block of its own, which is kept then.
    bool keeps(const void* at);
    Node* moved(Node* n);
    Node* shell_of(Node* n);
    void fill(Node* fresh, const Node* old);
    void fix_parent(Node* fresh);
    void move_text(Value& v);
    std::size_t take_spare(std::string_view text);
    const char* copied(std::string_view text);
    void take_back();

    Heap& heap_;
    Watch& watch_;
    std::vector<Heap::Block> old_;  // sorted by address
    std::vector<bool> kept_;        // of those that are large
    std::size_t max_bytes_;
    std::array<Heap::OpenText, Heap::kOpenTexts> open_texts_;
    bool is_whole_ = false;
    Node* first_moved_ = nullptr;  // the old nodes, in the order in which they were moved
    Node* last_moved_ = nullptr;
    std::unordered_map<const char*, std::string_view> moved_text_;
};

}  // namespace hogvm
