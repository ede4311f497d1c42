#include "input.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include <doctest/doctest.h>

#include "exit.h"

namespace hogvm::cli {
namespace {

// A file that is there as long as the test.
class File {
  public:
    explicit File(std::string_view text)
        : path_(std::filesystem::temp_directory_path() / ("hog_input_test_" + std::to_string(getpid()))) {
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

std::vector<std::string> lines_of(std::string_view text) {
    const File file(text);
    Input input(file.path());
    LineReader reader(input);
    std::vector<std::string> lines;
    LineReader::Batch batch;
    while (reader.read(batch)) {
        CHECK(batch.first_line == lines.size() + 1);
        for (std::string_view rest = batch.text; !rest.empty();) lines.emplace_back(cut_line(rest));
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("a file without lines gives none") { CHECK(lines_of("").empty()); }

TEST_CASE("the last line may lack its newline") {
    CHECK(lines_of("a\nb\n") == Lines{"a", "b"});
    CHECK(lines_of("a\nb") == Lines{"a", "b"});
}

TEST_CASE("carriage returns before newlines and a byte order mark are no part of a line") {
    CHECK(lines_of("\xEF\xBB\xBF"
                   "a\r\n\r\nb\r") == Lines{"a", "", "b"});
}

TEST_CASE("more lines than a batch holds come in order") {
    std::string text;
    Lines expected;
    for (int i = 0; i < 1000; ++i) {
        expected.push_back("line " + std::to_string(i));
        text += expected.back() + '\n';
    }
    CHECK(lines_of(text) == expected);
}

TEST_CASE("a line may be longer than what is read at once") {
    const std::string long_line(1'000'000, 'x');
    CHECK(lines_of("a\n" + long_line + "\nb\n" + long_line) == Lines{"a", long_line, "b", long_line});
}

TEST_CASE("everything in a file is read, without a byte order mark") {
    CHECK(read_all(File("\xEF\xBB\xBF{}\n").path()) == "{}\n");
}

TEST_CASE("a file that is not there stops the tool with its name") {
    CHECK_THROWS_WITH_AS(read_all("/nowhere/at/all"), "/nowhere/at/all: No such file or directory", Stop);
    CHECK_THROWS_WITH_AS(read_all("/"), "/: Is a directory", Stop);
}

}  // namespace
}  // namespace hogvm::cli
