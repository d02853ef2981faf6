"""The page tells what was measured, and what was not."""
import copy
import json
import tempfile
import unittest
from pathlib import Path

from harness import goals, page
from harness.measurements import Measurements, Unreadable

from .made_up import results, sample


def goal(title):
    return next(goal for goal in goals.ALL if title in goal.title)


def line(text, start):
    return next(line for line in text.splitlines() if line.startswith(f"| {start} |"))


class GoalsTest(unittest.TestCase):
    def test_every_goal_of_the_made_up_results_is_met(self):
        measurements = Measurements(results())
        self.assertEqual([goal.title for goal in goals.ALL if not goal.met(measurements)], [])

    def test_a_ratio_is_the_median_of_the_ratios_of_the_same_round(self):
        measured = goal("Netty handler's").measured(Measurements(results()))
        self.assertAlmostEqual(measured, 0.9)

    def test_a_bound_that_is_reached_is_kept_by_at_most_and_not_by_below(self):
        made_up = results()
        samples = made_up["workloads"]["pingpong-50"]["samples"]
        samples["libevent"] = copy.deepcopy(samples["ours"])
        made_up["workloads"]["idle"]["samples"]["ours"] = [{"bytes_each": 4096}]
        measurements = Measurements(made_up)
        self.assertTrue(goal("an idle connection").met(measurements))
        self.assertFalse(goal("CPU an echo, of the libevent").met(measurements))

    def test_an_unmet_goal_is_shown_as_unmet(self):
        made_up = results()
        made_up["workloads"]["pingpong-50"]["samples"]["netty"] = [sample(8.0)] * 3
        text = page.render(Measurements(made_up))
        self.assertEqual(
            line(text, "CPU an echo, of the Netty handler's"),
            "| CPU an echo, of the Netty handler's | at most 1.05 | 1.250 | **not met** |",
        )

    def test_a_goal_without_its_workload_or_server_is_not_measured(self):
        made_up = results()
        del made_up["workloads"]["idle"]
        made_up["workloads"]["bulk"]["samples"]["netty"] = {"failed": "It ended."}
        text = page.render(Measurements(made_up))
        for title in ("an idle connection, bytes resident", "64 KiB: echoes a second, of the Netty handler's"):
            self.assertIn("| not measured |  |", line(text, title))
        self.assertFalse(goal("an idle connection").met(Measurements(made_up)))


class PageTest(unittest.TestCase):
    def test_the_table_of_the_load_clients_is_on_the_page_too_if_it_was_measured(self):
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            page.write(Measurements(results()), directory)
            self.assertNotIn("Load clients", (directory / "benchmark.md").read_text())
            (directory / "benchmark-clients.md").write_text("# Load clients\n\nText.\n\n| client |\n| --- |\n| probe load |\n")
            page.write(Measurements(results()), directory)
            text = (directory / "benchmark.md").read_text()
            self.assertTrue(text.endswith("\n\n| client |\n| --- |\n| probe load |\n"), text[-200:])
            self.assertIn("[Another page](benchmark-clients.md)", text)

    def test_machine_date_commit_and_versions_come_first(self):
        text = page.render(Measurements(results()))
        self.assertTrue(
            text.startswith(
                "# Benchmark\n\nMeasured on 2026-01-31 at commit abc1234: A processor <of ours> & theirs, 2 cores, "
                "8 GiB, Linux 6.1; java 25.0.3, netty 4.2.18.Final.\n"
            )
        )

    def test_every_table_is_as_wide_as_its_head(self):
        block = []
        for text in page.render(Measurements(results())).splitlines() + [""]:
            if text.startswith("|"):
                block.append(text.count("|"))
            elif block:
                self.assertEqual(set(block), {block[0]})
                block = []

    def test_a_figure_is_the_median_with_the_least_and_the_most(self):
        text = page.render(Measurements(results()))
        self.assertIn("| tcp-echo | 10.00 (9.00–18.00) | 0.90 | 60,000 (33,333–66,667) | 1.11 |", text)

    def test_the_check_says_what_is_lost_and_what_was_not_checked(self):
        text = page.render(Measurements(results()))
        self.assertIn("| tcp-echo | yes | yes |", text)
        self.assertIn("| Netty handler | yes | **lost** |", text)
        self.assertIn("| C, epoll, 2 threads | yes | not checked |", text)
        self.assertIn("| C, libevent, 1 thread | not checked | not checked |", text)
        self.assertIn("- Netty handler, slow reader: 3 of 8 MB did not come.", text)

    def test_a_server_that_failed_is_named_with_the_reason(self):
        made_up = results()
        made_up["workloads"]["bulk"]["samples"]["netty"] = {"failed": "It ended with 139."}
        text = page.render(Measurements(made_up))
        self.assertIn("- Netty handler failed: It ended with 139.", text)
        self.assertIn("| Netty handler | failed |", text)

    def test_one_round(self):
        made_up = results()
        made_up["rounds"] = 1
        for workload in made_up["workloads"].values():
            workload["samples"] = {name: samples[:1] for name, samples in workload["samples"].items()}
        text = page.render(Measurements(made_up))
        self.assertIn("one round of it", text)
        self.assertIn("| tcp-echo | 9.00 (9.00–9.00) | 0.90 |", text)
        self.assertIn("| CPU an echo, of the Netty handler's | at most 1.05 | 0.900 | met |", text)


class ReadTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file = self.directory / "results.json"

    def assert_unreadable(self, reason):
        with self.assertRaisesRegex(Unreadable, reason):
            Measurements.read(self.file)

    def test_page_and_chart_are_written(self):
        self.file.write_text(json.dumps(results()))
        page.write(Measurements.read(self.file), self.directory)
        self.assertIn("](benchmark.svg)", (self.directory / "benchmark.md").read_text())
        self.assertIn("<svg", (self.directory / "benchmark.svg").read_text())

    def test_no_file(self):
        self.assert_unreadable("there is no .*results.json: run bench/run, or name the file")

    def test_a_file_that_was_cut_off(self):
        self.file.write_text('{"date": ')
        self.assert_unreadable("is not JSON .*: run bench/run to make it anew")
        self.file.write_text("[]")
        self.assert_unreadable("is not a JSON object")

    def test_a_part_that_is_missing(self):
        made_up = results()
        del made_up["machine"], made_up["checks"]
        self.file.write_text(json.dumps(made_up))
        self.assert_unreadable("has no machine, checks: run bench/run")

    def test_a_server_that_is_not_among_the_servers(self):
        made_up = results()
        del made_up["servers"]["netty"]
        self.file.write_text(json.dumps(made_up))
        self.assert_unreadable("has figures of netty, but no such server")
