// What an event costs in rule sets of 1 to 100,000 rules, beside running each rule's program by itself. Prints JSON,
// from which rules_plot.py draws docs/rule-sets.svg.
//
//     hogvm_rules_bench [MOST_RULES]
//
// Rules are filters as people write them: an event of 200, and tests of its properties and the person's. Which matches
// are found is compared with the programs' own results before anything is timed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include <hogvm/globals.h>
#include <hogvm/hogvm.h>
#include <hogvm/json.h>
#include <hogvm/rule_set.h>

namespace {

namespace json = boost::json;

constexpr int kEventNames = 200;
constexpr int kEvents = 400;
constexpr int kBatches = 15;
constexpr double kBatchSeconds = 0.02;

class Generator {
  public:
    json::object rule(int id) {
        json::array properties;
        const int count = 1 + below(3);
        for (int k = 0; k < count; ++k) properties.push_back(property());
        return {
            {"id", "rule-" + std::to_string(id)},
            {"filter",
             {{"events", {{{"id", event_name(id % kEventNames)}, {"type", "events"}}}}, {"properties", properties}}}};
    }

    json::object event() {
        json::object properties{{"$browser", one_of(kBrowsers)},
                                {"$browser_version", 100 + below(40)},
                                {"$os", one_of(kSystems)},
                                {"$device_type", one_of({"Desktop", "Mobile", "Tablet"})},
                                {"$current_url", "https://shop.example/" + one_of(kWords) + "/" + one_of(kWords) +
                                                     "?utm_source=" + one_of(kWords)},
                                {"$host", "shop.example"},
                                {"$pathname", "/" + one_of(kWords)},
                                {"$referring_domain", one_of(kWords) + ".example"},
                                {"$lib", "web"},
                                {"$lib_version", "1." + std::to_string(below(200)) + "." + std::to_string(below(9))},
                                {"$screen_width", 800 + 40 * below(40)},
                                {"amount", below(1000)},
                                {"country", one_of(kCountries)},
                                {"title", one_of(kWords) + " \xe2\x80\x93 Example Shop"}};
        for (int k = 0; k < 12; ++k) properties["extra_" + std::to_string(k)] = below(1000);
        return {{"uuid", "9531985d-5d9d-49f8-9818-e811892f902b"},
                {"event", event_name(below(kEventNames))},
                {"distinct_id", "user_" + std::to_string(below(100000))},
                {"timestamp", "2024-09-17T00:11:09.404Z"},
                {"properties", properties},
                {"person",
                 {{"properties",
                   {{"email", one_of(kWords) + "@" + one_of(kWords) + ".example"},
                    {"plan", one_of({"free", "pro", "business"})},
                    {"is_admin", below(2) == 0}}}}}};
    }

  private:
    inline static const std::vector<std::string> kBrowsers = {"Chrome", "Firefox", "Safari", "Edge", "Mobile Safari"};
    inline static const std::vector<std::string> kSystems = {"Mac OS X", "Windows", "Linux", "iOS", "Android"};
    inline static const std::vector<std::string> kCountries = {"US", "DE", "FR", "GB", "JP", "BR", "IN", "NG"};
    inline static const std::vector<std::string> kWords = {
        "pricing", "docs",  "blog",  "login",    "signup",  "checkout", "cart",     "search", "help",     "about",
        "careers", "press", "api",   "download", "account", "billing",  "settings", "team",   "projects", "reports",
        "alerts",  "jobs",  "store", "gifts",    "sale",    "shoes",    "hats",     "coats",  "socks",    "bags"};

    int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
    std::string one_of(const std::vector<std::string>& all) {
        return all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
    }
    static std::string event_name(int k) { return "event " + std::to_string(k); }

    json::object property() {
        const auto on = [](const char* key, const char* op, const auto& value, const char* type = "event") {
            return json::object{{"key", key}, {"operator", op}, {"value", json::value_from(value)}, {"type", type}};
        };
        switch (below(10)) {
            case 0: return on("$browser", "exact", json::array{one_of(kBrowsers), one_of(kBrowsers)});
            case 1: return on("$os", "exact", one_of(kSystems));
            case 2: return on("country", "exact", json::array{one_of(kCountries), one_of(kCountries)});
            case 3: return on("plan", "exact", one_of({"free", "pro", "business"}), "person");
            case 4: return on("$current_url", "icontains", one_of(kWords));
            case 5: return on("$pathname", "regex", "^/" + one_of(kWords) + "(/|$)");
            case 6: return on("amount", "gt", below(1000));
            case 7: return on("email", "not_icontains", one_of(kWords), "person");
            case 8: return on("$lib_version", "semver_gte", "1." + std::to_string(below(20)) + ".0");
            default: return on("$device_type", "is_not", one_of({"Desktop", "Mobile", "Tablet"}));
        }
    }

    std::mt19937_64 random_{1};
};

/// Of the thread, so that other programs on the machine don't count.
double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Nanoseconds a call: the median of batches.
template <typename Work>
double time(Work&& work) {
    const double first = cpu_seconds();
    work();
    const int calls_a_look = cpu_seconds() - first < 1e-4 ? 16 : 1;
    std::vector<double> batches;
    for (int b = 0; b < kBatches; ++b) {
        const double start = cpu_seconds();
        double seconds = 0;
        int calls = 0;
        do {
            // The clock is looked at between several calls: it costs as much as a match may.
            for (int k = 0; k < calls_a_look; ++k) work();
            calls += calls_a_look;
            seconds = cpu_seconds() - start;
        } while (seconds < kBatchSeconds);
        batches.push_back(seconds * 1e9 / calls);
    }
    std::nth_element(batches.begin(), batches.begin() + kBatches / 2, batches.end());
    return batches[kBatches / 2];
}

double memory_in_use() {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    long pages = 0;
    if (file == nullptr) return 0;
    if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
    std::fclose(file);
    return static_cast<double>(pages) * 4096;
}

json::object measure(int count) {
    Generator generator;
    json::array rules;
    for (int k = 0; k < count; ++k) rules.push_back(generator.rule(k));
    std::vector<std::string> texts;
    std::vector<json::value> events;
    for (int k = 0; k < kEvents; ++k) {
        events.emplace_back(generator.event());
        texts.push_back(json::serialize(events.back()));
    }

    const double before = memory_in_use();
    const double start = cpu_seconds();
    hogvm::RuleSet set(rules);
    const double load_seconds = cpu_seconds() - start;
    const double bytes = memory_in_use() - before;
    if (!set.errors().empty()) throw std::runtime_error(set.errors()[0].what());

    std::vector<std::shared_ptr<const hogvm::Program>> programs;
    for (const json::value& rule : rules) programs.push_back(hogvm::compile_filter(rule.at("filter")));
    hogvm::Vm vm;
    std::size_t matches = 0;
    const auto run_all = [&](std::size_t k) {
        hogvm::Heap heap;
        const hogvm::ValueGlobals globals(hogvm::json::parse(texts[k], heap));
        std::size_t found = 0;
        for (const auto& program : programs) {
            const hogvm::Outcome outcome = vm.run(*program, globals);
            found += outcome.finished() && outcome.result.is(hogvm::Type::Bool) && outcome.result.as_bool() ? 1 : 0;
        }
        return found;
    };
    for (std::size_t k = 0; k < (count > 10000 ? 3 : 20); ++k)
        if (run_all(k) != set.match(texts[k]).ids.size()) throw std::runtime_error("the answers differ");
    for (const std::string& text : texts) matches += set.match(text).ids.size();

    std::size_t next = 0;
    const auto in_turn = [&](auto&& work) { return time([&] { work(next++ % kEvents); }); };
    const double text_ns = in_turn([&](std::size_t k) { set.match(texts[k]); });
    const double parsed_ns = in_turn([&](std::size_t k) { set.match(events[k]); });
    const double alone_ns = in_turn([&](std::size_t k) { run_all(k); });
    const double set_ns = in_turn([&](std::size_t k) { set.set(rules[k % rules.size()]); });
    return {{"rules", count},
            {"text_ns", text_ns},
            {"parsed_ns", parsed_ns},
            {"alone_ns", alone_ns},
            {"matches_an_event", static_cast<double>(matches) / kEvents},
            {"load_seconds", load_seconds},
            {"bytes_a_rule", bytes / count},
            {"set_ns", set_ns}};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const int most = argc > 1 ? std::atoi(argv[1]) : 100000;
        json::array results;
        for (int count = 1; count <= most; count *= 10) results.push_back(measure(count));
        std::printf("%s\n", json::serialize(results).c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hogvm_rules_bench: %s\n", error.what());
        return 1;
    }
}
