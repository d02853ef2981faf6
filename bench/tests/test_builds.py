"""Another build is a peer, and a second process of this build shows the noise."""
import tempfile
import unittest
import zipfile
from pathlib import Path

from harness import tables
from harness.jar import commit
from harness.measurements import Measurements
from harness.servers import Builder

from .made_up import results, sample


class BuildsTest(unittest.TestCase):
    def test_another_build_comes_with_a_second_process_of_this_one(self):
        with tempfile.TemporaryDirectory() as directory:
            jar, other = self._jar(directory, "a.jar", "1111111"), self._jar(directory, "b.jar", "2222222")
            titles = {server.name: server.title for server in Builder(jar, directory, other).all()}
            self.assertEqual(titles["against"], "tcp-echo, 2222222")
            self.assertEqual(titles["again"], "tcp-echo, a second process")
            self.assertNotIn("against", [server.name for server in Builder(jar, directory).all()])

    def test_a_jar_without_a_commit_has_its_name(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(commit(self._jar(directory, "old.jar", None)), "old.jar")

    def test_ratios_to_the_other_build_have_a_digit_more_and_p99_has_one(self):
        made_up = results()
        made_up["servers"]["against"] = {"title": "tcp-echo, 2222222", "note": ""}
        made_up["workloads"]["pingpong-50"]["samples"]["against"] = [sample(8.0), sample(8.0), sample(16.0)]
        header, _, first, *_ = tables.workload(Measurements(made_up), "pingpong-50").splitlines()
        self.assertEqual(header.count("of the other build's"), 3)
        self.assertIn("| 10.00 (9.00–18.00) | 1.125 | 0.90 |", first)

    @staticmethod
    def _jar(directory, name, abbreviation):
        path = Path(directory) / name
        with zipfile.ZipFile(path, "w") as jar:
            if abbreviation:
                jar.writestr("BOOT-INF/classes/git.properties", f"git.commit.id.abbrev={abbreviation}\n")
        return path

