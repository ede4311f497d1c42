"""The tool from outside, every option and exit code: tool_test.py HOG [TEST...]."""
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HOG = str(pathlib.Path(sys.argv.pop(1)).resolve())
DONE, FAILED, UNUSABLE = 0, 1, 2

# Programs, by their source.
HELLO = ["_H", 1, 32, "Hello", 2, "print", 1, 35, 33, 1, 33, 2, 43, 2, 38]  # print('Hello'); return [1, 2]
EVENT = ["_H", 1, 32, "event", 1, 1, 38]  # return event
LOOP = ["_H", 1, 39, -2]  # while (true) {}
THROW = ["_H", 1, 32, "boom", 32, "code", 33, 7, 42, 1, 2, "Error", 2, 49]  # throw Error('boom', {'code': 7})
UPPER = ["_H", 1, 32, "event", 1, 1, 2, "upper", 1, 38]  # return upper(event)
PRINT_EVENT = ["_H", 1, 32, "event", 1, 1, 2, "print", 1, 35, 29, 38]  # print(event); return true
SLEEP = ["_H", 1, 32, "before", 2, "print", 1, 35, 34, 0.05, 2, "sleep", 1, 35, 32, "event", 1, 1, 38]
# let a := []; let i := 0; while (i < depth) { a := [a]; i := i + 1 } return a
NEST = ["_H", 1, 43, 0, 33, 0, 32, "depth", 1, 1, 36, 1, 15, 40, 15, 36, 0, 43, 1, 37, 0, 33, 1, 36, 1, 6, 37, 1, 39, -24, 36, 0, 38, 35, 35]
MATCH = ["_H", 1, 32, "event", 1, 1, 32, "^\\$page", 2, "match", 2, 38]  # return match(event, '^\\$page')


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


class ToolTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def enterContext(self, context):  # unittest has it from Python 3.11 on
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def file(self, content, name="file"):
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def program(self, tokens):
        return self.file(tokens, "program.hoge")

    def hog(self, *arguments, stdin=b"", code=DONE):
        """Runs the tool; gives its stdout and stderr."""
        stdin = stdin.encode() if isinstance(stdin, str) else stdin
        run = subprocess.run([HOG, *map(str, arguments)], input=stdin, capture_output=True, timeout=120)
        out, err = run.stdout.decode(), run.stderr.decode()
        self.assertEqual(run.returncode, code, f"hog {' '.join(map(str, arguments))}\n{out}{err}")
        return out, err


class Run(ToolTest):
    def test_prints_what_the_program_prints_and_then_the_result(self):
        self.assertEqual(self.hog("run", self.program(HELLO)), ("Hello\n[1,2]\n", ""))

    def test_reads_the_program_from_stdin(self):
        for arguments in [["run"], ["run", "-"]]:
            self.assertEqual(self.hog(*arguments, stdin=json.dumps(HELLO))[0], "Hello\n[1,2]\n")

    def test_reads_globals_from_a_file_and_from_stdin(self):
        globals_ = '{"event": "größe 😀"}'
        for arguments, stdin in [(["--globals", self.file(globals_)], ""), (["--globals", "-"], globals_)]:
            out, _ = self.hog("run", self.program(EVENT), *arguments, stdin=stdin)
            self.assertEqual(out, '"größe 😀"\n')

    def test_runs_a_bundle(self):
        out, _ = self.hog("run", stdin=json.dumps({"bytecodes": {"root": {"bytecode": HELLO}}}))
        self.assertEqual(out, "Hello\n[1,2]\n")

    def test_a_program_without_a_result_gives_null(self):
        self.assertEqual(self.hog("run", stdin='["_H", 1]')[0], "null\n")

    def test_a_byte_order_mark_is_no_part_of_the_input(self):
        globals_ = self.file('\ufeff{"event": 1}')
        out, _ = self.hog("run", "-", "--globals", globals_, stdin="\ufeff" + json.dumps(EVENT))
        self.assertEqual(out, "1\n")

    def test_sleeps_and_goes_on_with_the_same_globals(self):
        started = time.monotonic()
        out, _ = self.hog("run", self.program(SLEEP), "--globals", self.file({"event": "late"}))
        self.assertEqual(out, 'before\n"late"\n')
        self.assertGreaterEqual(time.monotonic() - started, 0.05)

    def test_an_uncaught_error_is_told_with_its_place_and_payload(self):
        out, err = self.hog("run", self.program(THROW), code=FAILED)
        self.assertEqual(out, "")
        self.assertRegex(err, r"^hog: Error\('boom'\) \(chunk root, ip 13\)\n  payload: \{\"code\":7\}\n$")

    def test_a_fault_is_told_with_its_place(self):
        _, err = self.hog("run", stdin='["_H", 1, 32, "a", 2, "frobnicate", 1]', code=FAILED)
        self.assertRegex(err, r"^hog: Unsupported function call: frobnicate \(chunk root, ip \d+\)\n$")

    def test_what_was_printed_before_an_error_is_not_lost(self):
        out, _ = self.hog("run", stdin=json.dumps(HELLO[:8] + [59]), code=FAILED)
        self.assertEqual(out, "Hello\n")

    def test_timeout_ends_a_loop(self):
        _, err = self.hog("run", self.program(LOOP), "--timeout", "20", code=FAILED)
        self.assertIn("Execution timed out after 0.02 seconds. Performed ", err)

    def test_memory_is_limited(self):
        program = self.program(["_H", 1, 32, "x" * 3000, 38])
        self.assertEqual(self.hog("run", program, "--memory", "4K")[0], json.dumps("x" * 3000) + "\n")
        _, err = self.hog("run", program, "--memory", "2K", code=FAILED)
        self.assertIn("Memory limit of 2048 bytes exceeded. Tried to allocate 3008 bytes.", err)

    def test_stats_tell_operations_memory_time_and_patterns(self):
        _, err = self.hog("run", self.program(MATCH), "--globals", self.file({"event": "$pageview"}), "--stats")
        self.assertRegex(err, r"(?m)^time +[\d.]+ ms$")
        self.assertRegex(err, r"(?m)^ops +5$")
        self.assertRegex(err, r"(?m)^peak memory +\d+ bytes$")
        self.assertRegex(err, r"(?m)^patterns +0\.0 % of 1 look-ups found compiled; 1 kept$")

    def test_trace_has_a_row_for_each_operation(self):
        out, err = self.hog("run", self.program(HELLO), "--trace")
        self.assertEqual(out, "Hello\n[1,2]\n")
        rows = err.splitlines()
        self.assertRegex(rows[0], r"^ +ms +chunk +ip +op +debug$")
        self.assertEqual([row.split()[-1] if "START" in row else row.split()[2] for row in rows[1:3]], ["START", "32/STRING"]
                         if len(rows[2].split()) > 3 else ["START", rows[2].split()[2]])
        self.assertEqual(len(rows), 1 + 1 + 7)  # the titles, the start, and the operations


class Events(ToolTest):
    def events(self, program, events, *arguments, code=DONE):
        return self.hog("run", self.program(program), "--events", self.file(events, "events.ndjson"), *arguments, code=code)

    def test_gives_a_line_for_each_event_in_order(self):
        numbers = list(range(5000))
        events = "".join(json.dumps({"event": n}) + "\n" for n in numbers)
        for jobs in ["1", "2", "7"]:
            out, err = self.events(EVENT, events, "--jobs", jobs)
            self.assertEqual(lines_of(out), numbers)
            self.assertEqual(err, "")

    def test_reads_events_from_stdin(self):
        out, _ = self.hog("run", self.program(EVENT), "--events", "-", stdin='{"event": 1}\n{"event": 2}\n')
        self.assertEqual(out, "1\n2\n")

    def test_no_events_give_no_lines(self):
        self.assertEqual(self.events(EVENT, ""), ("", ""))

    def test_a_failed_event_does_not_stop_the_others(self):
        out, err = self.events(UPPER, '{"event": "a"}\n{"event": null}\n{"event": "b"}\n', code=FAILED)
        first, second, third = lines_of(out)
        self.assertEqual((first, third), ("A", "B"))
        self.assertEqual(list(second), ["error"])
        self.assertEqual({key: second["error"][key] for key in ["type", "chunk", "ip"]},
                         {"type": "argument", "chunk": "root", "ip": 6})
        self.assertIn("upper", second["error"]["message"])
        self.assertRegex(err, r"^hog: line 2: .*upper.* \(chunk root, ip 6\)\n$")

    def test_an_uncaught_error_has_its_type_and_payload(self):
        out, err = self.events(THROW, "{}\n", code=FAILED)
        error = {"type": "Error", "message": "boom", "chunk": "root", "ip": 13, "payload": {"code": 7}}
        self.assertEqual(lines_of(out), [{"error": error}])
        self.assertTrue(err.startswith("hog: line 1: Error('boom') (chunk root, ip 13)"))

    def test_a_line_that_is_no_json_object_is_a_failed_event(self):
        out, err = self.events(EVENT, '{"event": 1}\n{"event": \n[1]\nnonsense\n{"event": 2}\n', code=FAILED)
        lines = lines_of(out)
        self.assertEqual([lines[0], lines[4]], [1, 2])
        for line in lines[1:4]:
            self.assertEqual(list(line), ["error"])
        self.assertEqual(re.findall(r"line (\d+)", err), ["2", "3", "4"])

    def test_empty_lines_are_skipped_but_counted(self):
        out, err = self.events(EVENT, '\n{"event": 1}\n  \n\t\nx\n', code=FAILED)
        self.assertEqual(len(out.splitlines()), 2)
        self.assertIn("line 5", err)

    def test_carriage_returns_and_a_missing_newline_at_the_end(self):
        out, _ = self.events(EVENT, b'\xef\xbb\xbf{"event": 1}\r\n\r\n{"event": 2}')
        self.assertEqual(out, "1\n2\n")

    def test_an_event_may_be_large(self):
        text = "ü" * 1_000_000
        out, _ = self.events(EVENT, json.dumps({"event": text}, ensure_ascii=False) + '\n{"event": 1}\n')
        self.assertEqual(lines_of(out), [text, 1])

    def test_what_programs_print_goes_to_stderr_in_order(self):
        events = "".join(f'{{"event": {n}}}\n' for n in range(300))
        out, err = self.events(PRINT_EVENT, events)
        self.assertEqual(err.splitlines(), [str(n) for n in range(300)])
        self.assertEqual(out, "true\n" * 300)

    def test_each_event_has_the_whole_timeout(self):
        out, _ = self.events(LOOP, "{}\n{}\n", "--timeout", "20", code=FAILED)
        self.assertEqual([line["error"]["type"] for line in lines_of(out)], ["timeout", "timeout"])

    def test_each_event_has_the_memory_limit(self):
        out, _ = self.events(EVENT, json.dumps({"event": "x" * 500}) + "\n{\"event\": 1}\n", "--memory", "256", code=FAILED)
        self.assertEqual(lines_of(out)[0]["error"]["type"], "memory")
        self.assertEqual(lines_of(out)[1], 1)

    def test_events_may_sleep(self):
        out, err = self.events(SLEEP, '{"event": 1}\n{"event": 2}\n')
        self.assertEqual((out, err), ("1\n2\n", "before\nbefore\n"))

    def test_stats_tell_the_rate(self):
        _, err = self.events(MATCH, '{"event": "$pageview"}\n' * 200, "--stats", "--jobs", "2")
        self.assertRegex(err, r"(?m)^events +200, 0 failed$")
        self.assertRegex(err, r"(?m)^time +[\d.]+ s on 2 threads$")
        self.assertRegex(err, r"(?m)^rate +\d+ events/s$")
        self.assertRegex(err, r"(?m)^ops +1000$")
        self.assertRegex(err, r"(?m)^patterns +99\.\d % of 200 look-ups found compiled; 1 kept$")

    def test_answers_a_slow_stream_as_it_comes(self):
        with subprocess.Popen([HOG, "run", self.program(EVENT), "--events", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as hog:
            for n in range(3):
                hog.stdin.write(f'{{"event": {n}}}\n')
                hog.stdin.flush()
                self.assertEqual(hog.stdout.readline(), f"{n}\n")
            hog.stdin.close()

    def test_a_reader_that_has_enough_ends_it_quietly(self):
        events = self.file('{"event": "' + "x" * 500 + '"}\n' * 1, "one")
        command = f"while cat {events}; do :; done 2>/dev/null | {HOG} run {self.program(EVENT)} --events - | head -n 1"
        run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        self.assertEqual((len(run.stdout), run.stderr), (503, ""))

    def test_output_that_can_not_be_written_is_told(self):
        with open("/dev/full", "w") as full:
            run = subprocess.run([HOG, "run", self.program(EVENT), "--events", self.file('{"event": 1}\n')],
                                 stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (UNUSABLE, "hog: stdout: No space left on device\n"))

    def test_progress_is_shown_on_a_terminal_only(self):
        primary, terminal = pty.openpty()
        self.addCleanup(os.close, primary)
        with subprocess.Popen([HOG, "run", self.program(EVENT), "--events", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=terminal) as hog:
            hog.stdin.write(b'{"event": 1}\n')
            hog.stdin.flush()
            shown = b""
            while b"1 events, 0 failed" not in shown:  # the test's own time limit ends this
                shown += os.read(primary, 1000)
            hog.stdin.close()
        os.close(terminal)
        self.assertEqual(hog.returncode, DONE)
        self.assertRegex(shown, rb"\r1 events, 0 failed, \d+ events/s")


class Look(ToolTest):
    def test_disassemble_shows_instructions(self):
        for out, _ in [self.hog("disassemble", self.program(HELLO)), self.hog("disassemble", stdin=json.dumps(HELLO))]:
            for word in ["STRING", "CALL_GLOBAL", "print", "ARRAY", "RETURN"]:
                self.assertIn(word, out)

    def test_check_says_nothing_of_a_sound_program(self):
        self.assertEqual(self.hog("check", self.program(HELLO)), ("", ""))
        self.assertEqual(self.hog("check", "-", stdin=json.dumps(HELLO)), ("", ""))

    def test_check_names_what_would_fail(self):
        program = ["_H", 1, 2, "frobnicate", 0, 35, 2, "upper", 0, 35, 99, 39, 400, 32]
        out, _ = self.hog("check", self.program(program), code=FAILED)
        for line in out.splitlines():
            self.assertRegex(line, r"^root:\d+: \S")
        for word in ["frobnicate", "upper", "99"]:
            self.assertIn(word, out)


class Match(ToolTest):
    RULES = [
        {"id": "views", "filter": {"events": [{"id": "view", "type": "events"}]}},
        {"id": "pro", "bytecode": ["_H", 1, 32, "pro", 32, "plan", 32, "properties", 1, 2, 11, 38]},
        {"id": "off", "bytecode": ["_H", 1, 29, 38], "enabled": False},
    ]

    def match(self, rules, events, *arguments, code=DONE):
        lines = "".join(event if isinstance(event, str) else json.dumps(event) + "\n" for event in events)
        return self.hog("match", self.file(rules, "rules.json"), self.file(lines, "events.ndjson"), *arguments, code=code)

    def test_gives_the_ids_for_each_event_in_order(self):
        events = [{"event": "view", "properties": {"plan": "pro"}}, {"event": "x", "properties": {}}] * 100
        out, err = self.match(self.RULES, events, "--jobs", 3)
        self.assertEqual(lines_of(out), [["views", "pro"], []] * 100)
        self.assertEqual(err, "")

    def test_reads_events_or_rules_from_stdin(self):
        event = '{"event": "view", "properties": {}}'
        rules = self.file(self.RULES, "rules.json")
        self.assertEqual(self.hog("match", rules, stdin=event)[0], '["views"]\n')
        self.assertEqual(self.hog("match", rules, "-", stdin=event)[0], '["views"]\n')
        events = self.file(event, "events.ndjson")
        self.assertEqual(self.hog("match", "-", events, stdin=json.dumps(self.RULES))[0], '["views"]\n')
        _, err = self.hog("match", "-", stdin=event, code=UNUSABLE)
        self.assertIn("only one of the rules, the events and the options can come from stdin", err)

    def test_a_rule_that_fails_is_told_and_does_not_stop_the_others(self):
        out, err = self.match(self.RULES, [{"event": "view"}], code=FAILED)
        self.assertEqual(out, '["views"]\n')
        self.assertEqual(err, 'hog: line 1: rule "pro": Global variable not found: properties.plan (chunk root, ip 8)\n')

    def test_a_line_that_is_no_event_is_told_in_its_place(self):
        out, err = self.match(self.RULES, ["[]\n", "\n", {"event": "view", "properties": {}}], code=FAILED)
        self.assertEqual([type(line) for line in lines_of(out)], [dict, list])
        self.assertIn("hog: line 1: globals: expected a JSON object", err)

    def test_a_rule_that_can_not_be_loaded_is_told_and_left_out(self):
        rules = self.RULES + [{"id": "bad", "filter": {"properties": [{"key": "x", "type": "event", "operator": "odd"}]}}]
        out, err = self.match(rules, [{"event": "view", "properties": {}}], code=FAILED)
        self.assertEqual(out, '["views"]\n')
        self.assertRegex(err, r'rules.json: rule "bad": .*odd.*\(at /3/filter/properties/0/operator\)')

    def test_explain_says_why(self):
        events = [{"event": "x", "properties": {"plan": "free"}}, {"event": "x", "properties": {"plan": "pro"}}, {}]
        out, _ = self.match(self.RULES, events, "--explain", "pro", code=FAILED)
        self.assertEqual(
            out.splitlines(),
            [
                "does not match: properties.plan = 'pro' does not hold: properties.plan is \"free\"",
                "matches: properties.plan = 'pro' holds: properties.plan is \"pro\"",
                "fails: Global variable not found: properties.plan (chunk root, token 8) in properties.plan",
            ],
        )
        _, err = self.match(self.RULES, events, "--explain", "none", code=UNUSABLE)
        self.assertIn('there is no rule "none"', err)

    def test_options_are_the_filters(self):
        rules = [{"id": "inside", "filter": {"filter_test_accounts": True}}]
        options = {"testAccountProperties": [{"key": "plan", "type": "event", "value": "pro"}]}
        events = [{"properties": {"plan": "pro"}}, {"properties": {}}]
        out, _ = self.match(rules, events, "--options", self.file(options, "options.json"))
        self.assertEqual(lines_of(out), [["inside"], []])

    def test_what_is_no_array_of_rules(self):
        for rules in ["{", "{}", "1"]:
            _, err = self.match(rules, [], code=UNUSABLE)
            self.assertIn("rules.json: ", err)
class Flags(ToolTest):
    DEFINITIONS = {
        "flags": [
            {"key": "a", "active": True, "filters": {"groups": [{"properties": [{"key": "plan", "value": "pro"}]}],
                                                     "payloads": {"true": "{\"x\": 1}"}}},
            {"key": "by-company", "active": True,
             "filters": {"aggregation_group_type_index": 0,
                         "groups": [{"properties": [{"key": "seats", "operator": "gt", "value": 10}]}]}},
            {"key": "static", "active": True,
             "filters": {"groups": [{"properties": [{"type": "cohort", "value": 9}]}]}},
        ],
        "group_type_mapping": {"0": "company"},
    }

    def flags(self, *arguments, definitions=DEFINITIONS, code=DONE):
        return self.hog("flags", self.file(definitions), "--distinct-id", "ann", *arguments, code=code)

    def test_a_table_has_values_and_why(self):
        out, err = self.flags("--person", '{"plan": "pro"}', "--groups", '{"company": "acme"}')
        self.assertEqual(out.splitlines(), [
            "FLAG        VALUE         WHY                     PAYLOAD",
            'a           true          condition 0             {"x":1}',
            "by-company  inconclusive  missing_context",
            "static      needs server  unsupported_definition"])
        self.assertEqual(err, 'hog: flag "static": the cohort 9 is not among the definitions: only the server knows it '
                              "(at /flags/2/filters/groups/0/properties/0)\n")

    def test_json_has_an_object_a_line(self):
        out, _ = self.flags("--json", "--groups", '{"company": "acme"}', "--group-properties", '{"company": {"seats": 11}}')
        self.assertEqual([json.loads(line) for line in out.splitlines()], [
            {"key": "a", "outcome": "inconclusive", "value": None, "payload": None, "reason": "missing_context",
             "conditionIndex": None},
            {"key": "by-company", "outcome": "decided", "value": True, "payload": None, "reason": None,
             "conditionIndex": 0},
            {"key": "static", "outcome": "needs_server", "value": None, "payload": None,
             "reason": "unsupported_definition", "conditionIndex": None}])

    def test_definitions_come_from_stdin(self):
        out, _ = self.hog("flags", "-", "--distinct-id", "ann", "--json", stdin='{"flags": [{"key": "f"}]}')
        self.assertEqual(json.loads(out)["value"], False)

    def test_a_wrong_object_is_told_by_its_option(self):
        for option in ["--person", "--groups", "--group-properties"]:
            for text in ["[]", "{", "1"]:
                _, err = self.flags(option, text, code=UNUSABLE)
                self.assertRegex(err, rf"^hog: {option} takes a JSON object, such as .* and got .*\n$")
        _, err = self.flags("--group-properties", '{"company": 1}', "--groups", '{"company": "acme"}', code=UNUSABLE)
        self.assertEqual(err, 'hog: flags: "company" is no object\n')

    def test_what_is_no_definitions_is_refused(self):
        for text in ["", "[]", "{}", '{"flags": 1}', "{"]:
            _, err = self.flags(definitions=text, code=UNUSABLE)
            self.assertRegex(err, r"^hog: .*: flags: the definitions are no ")

    def test_the_distinct_id_is_needed(self):
        _, err = self.hog("flags", self.file(self.DEFINITIONS), code=UNUSABLE)
        self.assertIn("--distinct-id is required", err)


class Functions(ToolTest):
    def test_all_are_listed_by_family(self):
        out, _ = self.hog("functions")
        for name in ["upper(", "arrayMap(", "dateDiff(", "sleep("]:
            self.assertIn("\n  " + name, out)

    def test_one_is_explained(self):
        out, _ = self.hog("functions", "substring")
        self.assertTrue(out.startswith("substring("))
        self.assertIn("Takes:", out)

    def test_an_unknown_name_finds_near_ones(self):
        _, err = self.hog("functions", "uper", code=UNUSABLE)
        self.assertRegex(err, r"^hog: there is no function uper; did you mean (.*\b)?upper\b.*\?\n$")
        _, err = self.hog("functions", "frobnicate", code=UNUSABLE)
        self.assertEqual(err, "hog: there is no function frobnicate; `hog functions` lists them\n")

    def test_markdown_is_a_page(self):
        out, _ = self.hog("functions", "--markdown")
        self.assertTrue(out.startswith("# Functions\n"))
        self.assertIn("| `upper(", out)


class Filter(ToolTest):
    def test_a_filter_becomes_a_program_that_runs(self):
        tokens, _ = self.hog("filter", stdin='{"events": [{"id": "$pageview", "type": "events"}]}')
        self.assertEqual(json.loads(tokens), ["_H", 1, 32, "$pageview", 32, "event", 1, 1, 11])
        out, _ = self.hog("run", self.program(json.loads(tokens)), "--globals", "-", stdin='{"event": "$pageview"}')
        self.assertEqual(out, "true\n")
        out, _ = self.hog("filter", self.file({}))
        self.assertEqual(out, '["_H",1,29]\n')

    def test_options_come_from_a_file(self):
        tests = {"testAccountProperties": [{"key": "a", "type": "person", "value": 1}]}
        out, _ = self.hog("filter", "--options", self.file(tests), stdin='{"filter_test_accounts": true}')
        self.assertEqual(json.loads(out)[2:], [33, 1, 32, "a", 32, "properties", 32, "person", 1, 3, 11])

    def test_what_is_wrong_is_said_with_its_place(self):
        _, err = self.hog("filter", stdin='{"properties": [{"key": "a", "type": "event", "operator": "gt"}]}', code=UNUSABLE)
        self.assertEqual(err, 'hog: stdin: property "a" (event): operator "gt" needs a value; '
                              'give the property a "value" (at /properties/0)\n')
        _, err = self.hog("filter", "--options", self.file({"cohort": 1}), stdin="{}", code=UNUSABLE)
        self.assertIn('there is no option "cohort"', err)
        _, err = self.hog("filter", stdin="{", code=UNUSABLE)
        self.assertRegex(err, r"^hog: stdin: .*offset 1")
        _, err = self.hog("filter", "--options", "-", stdin="{}", code=UNUSABLE)
        self.assertIn("can't both come from stdin", err)


class Usage(ToolTest):
    def test_help_has_examples(self):
        for arguments in [["--help"], ["run", "--help"]]:
            out, _ = self.hog(*arguments)
            self.assertIn("Examples:", out)

    def test_version(self):
        self.assertRegex(self.hog("--version")[0], r"^hog \d+\.\d+\.\d+\n$")

    def test_bad_usage(self):
        program = self.program(HELLO)
        for arguments in [[], ["fly"], ["run", program, "--fly"], ["run", program, program], ["run", program, "--jobs", "2"],
                          ["run", program, "--events", "a", "--jobs", "0"], ["run", program, "--events", "a", "--jobs", "x"],
                          ["run", program, "--events", "a", "--globals", "b"], ["run", program, "--events", "a", "--trace"],
                          ["run", program, "--timeout", "0"], ["run", program, "--timeout", "soon"],
                          ["run", program, "--memory", "much"], ["run", program, "--memory", "-1"],
                          ["run", "-", "--globals", "-"], ["run", "--events", "-"], ["functions", "upper", "--markdown"]]:
            out, err = self.hog(*arguments, code=UNUSABLE)
            self.assertEqual(out, "", arguments)
            self.assertNotEqual(err, "", arguments)
        self.assertIn("fly", self.hog("fly", code=UNUSABLE)[1])

    def test_a_file_that_is_not_there(self):
        for arguments in [["run", "nowhere.hoge"], ["disassemble", "nowhere.hoge"], ["check", "nowhere.hoge"],
                          ["run", self.program(HELLO), "--globals", "nowhere.hoge"],
                          ["run", self.program(HELLO), "--events", "nowhere.hoge"]]:
            _, err = self.hog(*arguments, code=UNUSABLE)
            self.assertEqual(err, "hog: nowhere.hoge: No such file or directory\n")

    def test_a_folder_is_no_file(self):
        for arguments in [["run", self.folder], ["run", self.program(HELLO), "--events", self.folder]]:
            _, err = self.hog(*arguments, code=UNUSABLE)
            self.assertEqual(err, f"hog: {self.folder}: Is a directory\n")

    def test_what_is_no_program(self):
        for text in ["", "  \n", "nonsense", "[1, 2", "5", "[]", '["_X", 1]', '{"a": 1}', "null", b"\xff\xfe"]:
            out, err = self.hog("run", self.file(text), code=UNUSABLE)
            self.assertEqual(out, "")
            self.assertRegex(err, r"^hog: \S*file: \S")

    def test_source_is_told_from_bytecode(self):
        _, err = self.hog("run", self.file("return 1", "program.hog"), code=UNUSABLE)
        self.assertIn("looks like Hog source", err)

    def test_globals_that_are_no_json_object(self):
        for text, reason in [("[1]", "globals must be a JSON object"), ("", "no JSON: "), ('{"a":\n  x}', "(line 2, column 3)"),
                             (b'{"a": "\xff"}', "no JSON: ")]:
            _, err = self.hog("run", self.program(HELLO), "--globals", self.file(text), code=UNUSABLE)
            self.assertIn(reason, err)

    def test_nesting_without_end_is_no_crash(self):
        deep = "[" * 100_000
        self.hog("run", self.file('["_H", 1, 32, ' + deep), code=UNUSABLE)
        self.hog("run", self.program(HELLO), "--globals", self.file('{"a": ' + deep), code=UNUSABLE)
        out, _ = self.hog("run", self.program(EVENT), "--events", self.file('{"a": ' + deep + '\n{"event": 1}\n'), code=FAILED)
        self.assertEqual(out.splitlines()[1], "1")

    def test_a_result_that_is_nested_too_deeply_fails_its_run_only(self):
        program = self.program(NEST)
        _, err = self.hog("run", program, "--globals", self.file({"depth": 3000}), code=FAILED)
        self.assertEqual(err, "hog: result: Values nested too deeply: more than 2000 levels\n")
        out, _ = self.hog("run", program, "--events", self.file('{"depth": 1}\n{"depth": 3000}\n{"depth": 2}\n'), code=FAILED)
        self.assertEqual([out.splitlines()[0], out.splitlines()[2]], ["[[]]", "[[[]]]"])
        self.assertEqual(lines_of(out)[1]["error"]["type"], "depth")


if __name__ == "__main__":
    signal.alarm(280)
    unittest.main()
